"""What can go wrong with store entries."""


class StoreValueTooLargeError(ValueError):
    """A value is larger than a store entry may be. `size` and `limit` are in bytes of JSON."""

    def __init__(self, key: str, size: int, limit: int) -> None:
        super().__init__(f"The value of {key!r} has {size} bytes; {limit} are allowed")
        self.size = size
        self.limit = limit


class StoreKeyError(ValueError):
    """A key is empty, longer than 128 characters, or contains NUL."""
