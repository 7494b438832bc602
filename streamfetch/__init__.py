"""StreamFetch: a self-hosted media studio."""
