"""Conversations between persons, and the messages in them."""
