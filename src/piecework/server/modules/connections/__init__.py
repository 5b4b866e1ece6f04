"""Connections: the credentials with which the flows of a project speak to other services."""
