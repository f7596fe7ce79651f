"""What every use case shares: transactions, clock, outbox, idempotency, jobs, standing."""
