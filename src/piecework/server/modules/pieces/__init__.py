"""Pieces: what the installed integrations offer, and the options of their forms."""
