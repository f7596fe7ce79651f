"""Use cases about persons and service keys."""
