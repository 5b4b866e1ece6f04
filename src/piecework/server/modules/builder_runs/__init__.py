"""Runs that a person starts in the builder: of a whole flow, of one step, of a flow that has a manual trigger."""
