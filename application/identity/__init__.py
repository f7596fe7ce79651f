"""Use cases about persons, signing in, exports, erasure and service keys."""
