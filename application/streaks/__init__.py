"""Use cases about streaks."""
