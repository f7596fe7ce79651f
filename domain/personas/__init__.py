"""Companions: personas that evolve, and what sessions with them tell of a person."""
