"""Dubs through the ElevenLabs API: v1 dubbing and v2 projects over one client."""
