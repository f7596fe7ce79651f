"""Use cases about usage."""
