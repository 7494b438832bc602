"""Dubs offline with programs of the system. Demo quality, and says so."""
