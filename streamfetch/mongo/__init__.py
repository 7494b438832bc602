"""What every document of the product shares: keys, validation, retries, timing."""
