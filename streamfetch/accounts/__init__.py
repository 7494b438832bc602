"""Who is asking: users, sessions, sign-in, the local owner."""
