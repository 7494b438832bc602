"""What a worker does to deliver an event."""
