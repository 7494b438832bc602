"""Reading and changing what a user has chosen."""
