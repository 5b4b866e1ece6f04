"""Folders: how the flows and tables of a project are sorted."""
