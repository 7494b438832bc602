"""What a user asks of downloads."""
