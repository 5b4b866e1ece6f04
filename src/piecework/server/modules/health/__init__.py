"""Health: whether the server can do its work."""
