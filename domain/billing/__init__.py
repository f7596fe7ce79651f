"""What is sold, how it is paid for, and what a person may use because of it."""
