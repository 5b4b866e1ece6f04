"""Journeys in a real browser, and a real nginx in front of a real server."""
