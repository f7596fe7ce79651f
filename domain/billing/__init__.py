"""Billing: what is sold, what a person pays for it, and what they have of it."""
