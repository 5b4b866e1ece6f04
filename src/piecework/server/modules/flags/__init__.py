"""Flags: what a browser must know before anybody has signed in."""
