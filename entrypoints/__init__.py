"""The ways in: HTTP, the command line, and the wiring of it all."""
