"""Use cases about conversations and messages."""
