"""Who edits what: locks and presence, in memory. They are courtesies between people, not protection: the flow's own checks stand.

A resource is a flow's or a table's id; everything is kept under (project, resource), so that nobody learns of another project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LOCK_SECONDS = 90.0
"""A lock that its holder does not renew (browsers do every 30 s) ends after this time."""
MAX_RESOURCES_EACH = 100
"""Locks, and resources attended, of one connection: nobody edits more at once."""

Resource = tuple[str, str]


@dataclass(slots=True)
class Lock:
    """Who holds a resource. ``kind`` is USER or AI."""

    connection_id: str
    user_id: str
    user_name: str
    kind: str
    reason: str | None
    ends_at: float

    def view(self) -> dict[str, Any]:
        """The lock as it travels."""
        view = {"userId": self.user_id, "userDisplayName": self.user_name, "lockerKind": self.kind}
        return view if self.reason is None else {**view, "reason": self.reason}


class Locks:
    """One lock a resource. ``clock`` gives seconds that only go forward."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._locks: dict[Resource, Lock] = {}

    def acquire(self, resource: Resource, lock: Lock, *, force: bool) -> tuple[bool, Lock | None]:
        """Take, renew or (``force``) take over a lock. Gives whether it was taken, and whose it is now; None: refused, too many locks."""
        held = self.held(resource)
        if held is not None and held.user_id != lock.user_id and not force:
            return False, held
        if held is None and sum(other.connection_id == lock.connection_id for other in self._locks.values()) >= MAX_RESOURCES_EACH:
            return False, None
        lock.ends_at = self._clock() + LOCK_SECONDS
        self._locks[resource] = lock
        return True, lock

    def held(self, resource: Resource) -> Lock | None:
        """The lock on a resource, if it has not ended."""
        lock = self._locks.get(resource)
        if lock is not None and lock.ends_at <= self._clock():
            del self._locks[resource]
            return None
        return lock

    def release(self, resource: Resource, user_id: str) -> bool:
        """Give a lock back. False if it was not the user's."""
        lock = self.held(resource)
        if lock is None or lock.user_id != user_id:
            return False
        del self._locks[resource]
        return True

    def release_all(self, connection_id: str) -> list[Resource]:
        """Give back what a connection held that is gone."""
        released = [resource for resource, lock in self._locks.items() if lock.connection_id == connection_id]
        for resource in released:
            del self._locks[resource]
        return released


class Presence:
    """Which people look at a resource. One person with two windows is there once."""

    def __init__(self) -> None:
        self._present: dict[Resource, dict[str, dict[str, Any]]] = {}

    def join(self, resource: Resource, connection_id: str, user: dict[str, Any]) -> bool:
        """A connection begins to look; False if it looks at too much already."""
        attended = sum(connection_id in connections for connections in self._present.values())
        if attended >= MAX_RESOURCES_EACH and connection_id not in self._present.get(resource, {}):
            return False
        self._present.setdefault(resource, {})[connection_id] = user
        return True

    def leave(self, resource: Resource, connection_id: str) -> bool:
        """A connection looks away; False if it did not look."""
        connections = self._present.get(resource, {})
        if connections.pop(connection_id, None) is None:
            return False
        if not connections:
            del self._present[resource]
        return True

    def leave_all(self, connection_id: str) -> list[Resource]:
        """A connection is gone; gives what it looked at."""
        return [resource for resource in list(self._present) if self.leave(resource, connection_id)]

    def users(self, resource: Resource) -> list[dict[str, Any]]:
        """The people there, in the order in which they came."""
        return list({user["userId"]: user for user in self._present.get(resource, {}).values()}.values())
