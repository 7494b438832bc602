"""What a user asks of projects and renders."""
