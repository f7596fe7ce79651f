"""The use cases of Kithkin, and the ports they need."""
