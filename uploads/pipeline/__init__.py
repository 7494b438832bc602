"""What a worker does with a file that was brought in."""
