"""Referrals: who brought whom, what that is worth, and what keeps it from being farmed."""
