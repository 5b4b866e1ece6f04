"""Invitations: how people come to a platform or a project."""
