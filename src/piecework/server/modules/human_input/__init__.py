"""The pages on which people talk to flows: what the form or the chat of a flow looks like (spec/api.md §11)."""
