"""What happens to one flow at a time."""

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """A lock for each flow; it lives as long as somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, flow_id: str) -> asyncio.Lock:
        """The flow's lock."""
        lock = self._locks.get(flow_id)
        if lock is None:
            lock = self._locks[flow_id] = asyncio.Lock()
        return lock
