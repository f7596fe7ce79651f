"""How fast the send path is, beside what it could be and what it usually is."""
