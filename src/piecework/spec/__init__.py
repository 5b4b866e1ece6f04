"""What travels: the wire's shapes and enumerations. Frozen, no I/O, imports nothing of the project."""
