"""Outputs that a trigger marks as the same: a second one within half a minute starts no run (spec/jobs.md §6, the wire's ``_dedupe_key``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, cast

DEDUPE_KEY = "_dedupe_key"
SECONDS = 30.0


class RecentKeys:
    """Keys of this process's last half a minute. ``clock`` gives seconds since any moment."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}  # in the order of their end

    def fresh(self, flow_id: str, outputs: list[Any]) -> list[Any]:
        """The outputs without those whose key was there before, or comes twice. Nothing is remembered yet: see ``remember``."""
        kept: list[Any] = []
        seen: set[str] = set()
        for output in outputs:
            key = self.key_of(flow_id, output)
            if key is None:
                kept.append(output)
            elif key not in seen and self._until.get(key, 0.0) <= self._clock():
                seen.add(key)
                kept.append(output)
        return kept

    def key_of(self, flow_id: str, output: Any) -> str | None:
        """What an output is known by, None if it is like no other."""
        key = cast("dict[str, Any]", output).get(DEDUPE_KEY) if isinstance(output, dict) else None
        return None if key is None else f"{flow_id}:{key}"

    def remember(self, keys: Iterable[str | None]) -> None:
        """The runs of outputs with these keys are durable."""
        now = self._clock()
        for key in keys:
            if key is not None:
                self._until.pop(key, None)
                self._until[key] = now + SECONDS
        while self._until and next(iter(self._until.values())) <= now:
            del self._until[next(iter(self._until))]


def without_key(output: Any) -> Any:
    """The output as the flow sees it."""
    if not isinstance(output, dict) or DEDUPE_KEY not in output:
        return output
    return {name: value for name, value in cast("dict[str, Any]", output).items() if name != DEDUPE_KEY}
