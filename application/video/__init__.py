"""Use cases about video calls."""
