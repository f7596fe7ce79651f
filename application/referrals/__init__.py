"""Use cases about referrals."""
