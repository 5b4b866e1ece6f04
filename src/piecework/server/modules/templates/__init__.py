"""Templates: flows that others can start from."""
