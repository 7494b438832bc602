"""What a worker does with PDFs."""
