"""Trigger events: what a flow's trigger received while it was tried, as samples for the steps."""
