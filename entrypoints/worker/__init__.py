"""What runs beside the API."""
