"""Sites that files come from, each behind the Protocol in `base`. Django-free."""
