"""Outgoing webhooks: who is told what, signed, retried and logged.

Apps above emit events (`services.emitting`); nothing here knows what they mean.
"""
