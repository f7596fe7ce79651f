"""The job queue: PgQueuer, in a schema of its own."""
