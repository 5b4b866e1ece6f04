"""Platforms: an organisation with its users, its projects, its look and how one signs in."""
