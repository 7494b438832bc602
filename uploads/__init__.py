"""The library: files that people bring in, what is made of them, and how they play."""
