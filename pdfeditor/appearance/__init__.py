"""Draws annotations as PDF content. Pure: no Django, no files but fonts."""
