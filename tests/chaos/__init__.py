"""Faults under load, and an audit of what they left: `make chaos`."""
