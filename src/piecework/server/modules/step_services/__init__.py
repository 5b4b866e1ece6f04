"""What the steps of a run may use of the platform, bound to their project."""
