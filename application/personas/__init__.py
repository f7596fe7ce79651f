"""Use cases about companions: their personas, and what sessions say of a person."""
