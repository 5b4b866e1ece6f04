"""When triggers are due: what the scheduler must remember over a restart."""
