"""Video calls, and the messages that a completed call unlocks."""
