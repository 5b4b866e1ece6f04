"""Tags that a platform puts on pieces."""
