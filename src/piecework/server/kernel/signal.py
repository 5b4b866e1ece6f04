"""A notice inside one process: who changes something emits, who caches it listens. Listeners are plain functions and must not fail."""

from collections.abc import Callable


class Signal:
    """One kind of notice, without content."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def connect(self, listener: Callable[[], None]) -> None:
        """Calls `listener` at every emit from now on."""
        self._listeners.append(listener)

    def emit(self) -> None:
        """Tells every listener."""
        for listener in self._listeners:
            listener()
