"""Which adapter serves which port, and which ports serve which use case."""
