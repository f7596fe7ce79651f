"""Persons: who they are, how they sign in, what tier they hold, whom they block."""
