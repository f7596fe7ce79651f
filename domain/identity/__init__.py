"""Persons: who they are, what tier they hold, whom they block."""
