"""The rules of Kithkin: pure functions over frozen values."""
