"""What a user asks of dubbing jobs."""
