"""What people and other apps ask of webhooks."""
