"""How long a test waits for what is to happen: far longer than it takes, as a busy machine may hold everything up. Whoever waits so long fails."""

PATIENCE_SECONDS = 120.0
