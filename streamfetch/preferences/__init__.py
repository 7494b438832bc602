"""What a user has chosen, on every device: one document a user."""
