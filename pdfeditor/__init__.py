"""Annotate and arrange PDFs."""
