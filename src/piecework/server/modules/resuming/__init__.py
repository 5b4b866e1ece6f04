"""Resuming paused runs from outside: the links that approvals and waiting webhooks hand out (spec/api.md §4, spec/engine.md §5)."""
