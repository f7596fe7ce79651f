"""Use cases about events on their way out."""
