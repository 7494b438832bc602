"""What a user asks of PDF projects."""
