"""What a worker does with a download."""
