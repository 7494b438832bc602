"""What every endpoint shares: errors, pages, idempotency, limits, health."""
