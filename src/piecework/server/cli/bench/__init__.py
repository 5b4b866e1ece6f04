"""`piecework bench`: what the server does in a second and what it costs, measured over HTTP from outside (docs/explanation/performance.md)."""
