"""Compiles a timeline into FFmpeg work, and runs it in a worker."""
