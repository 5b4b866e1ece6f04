"""The engine: pure functions over a compiled flow. Time, ids and randomness arrive as arguments; nothing here does I/O."""
