"""Writing lines into the log."""
