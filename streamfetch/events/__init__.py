"""Live events of a user: published by any process, read by the user's pages."""
