"""What runs beside requests, for as long as its process does."""
