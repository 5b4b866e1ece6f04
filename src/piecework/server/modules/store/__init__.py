"""Store: values that flows keep between runs, by key."""
