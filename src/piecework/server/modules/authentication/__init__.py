"""Authentication: signing up, signing in, changing the platform."""
