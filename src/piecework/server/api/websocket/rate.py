"""How often a run may speak: a short flow shows every step, an endless loop twenty messages a second."""

from __future__ import annotations

from typing import Any

MESSAGES_PER_SECOND = 20
BURST = 20
"""Messages that may go at once before the rate counts."""


class StepRate:
    """The step messages of one run: those that may go, and per step the latest of those that have to wait.

    Times are seconds of any clock that only goes forward; the class has none of its own.
    """

    __slots__ = ("_allowed", "_counted_at", "_waiting")

    def __init__(self, now: float) -> None:
        self._allowed = float(BURST)
        self._counted_at = now
        self._waiting: dict[str, Any] = {}

    def offer(self, step: str, message: Any, now: float) -> bool:
        """True if the message may go now; otherwise it is kept in the place of an older one of its step."""
        if not self._waiting and self._take(now):
            return True
        self._waiting[step] = message
        return False

    def due(self, now: float) -> list[Any]:
        """The messages that waited long enough, oldest first; they are forgotten."""
        messages: list[Any] = []
        while self._waiting and self._take(now):
            messages.append(self._waiting.pop(next(iter(self._waiting))))
        return messages

    def rest(self) -> list[Any]:
        """What waits, for the end of the run: one message a step, the newest ``BURST`` of them."""
        messages = list(self._waiting.values())[-BURST:]
        self._waiting.clear()
        return messages

    @property
    def is_waiting(self) -> bool:
        """Whether messages wait: ask ``due`` again after ``1 / MESSAGES_PER_SECOND``."""
        return bool(self._waiting)

    def _take(self, now: float) -> bool:
        self._allowed = min(BURST, self._allowed + (now - self._counted_at) * MESSAGES_PER_SECOND)
        self._counted_at = now
        if self._allowed < 1:
            return False
        self._allowed -= 1
        return True
