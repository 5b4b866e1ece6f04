"""Compiled flow versions, kept while they are in use."""
