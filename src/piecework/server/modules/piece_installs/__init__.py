"""Pieces from npm: installing and removing them, and what became of attempts to."""
