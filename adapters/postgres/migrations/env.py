"""What Alembic runs for every command: on the connection it was given, in one transaction."""

from alembic import context

from adapters.postgres.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
