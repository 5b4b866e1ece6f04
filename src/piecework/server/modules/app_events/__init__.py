"""Events of apps: one URL for each app, and the flows that listen for what it tells."""
