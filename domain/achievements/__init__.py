"""Achievements: what a person can earn once, described by data."""
