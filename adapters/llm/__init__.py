"""Language models: what the companions talk and observe by."""
