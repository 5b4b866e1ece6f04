"""The SQLite databases of projects, which go with them."""
