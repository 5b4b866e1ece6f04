"""Trigger runs: what each poll and each renewal of a trigger did, and how a trigger does."""
