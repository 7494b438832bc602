"""Dub a video into another language."""
