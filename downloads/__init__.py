"""Bringing files in from addresses, and the history of it."""
