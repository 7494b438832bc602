"""What a user asks of the library."""
