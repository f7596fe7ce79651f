"""Streaks: days in a row on which a person signed in, or talked."""
