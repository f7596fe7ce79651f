"""Use cases about achievements."""
