"""What the application asks of the outside world, done with real things."""
