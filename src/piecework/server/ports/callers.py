"""The callers of synchronous webhooks: they wait in the API process for what a worker has to say about their run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol


class CallerAnswer(NamedTuple):
    """What the caller gets. ``status`` None: the run succeeded without a response (204). ``failed``: the run ended badly (500 with its id)."""

    run_id: str
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = {}
    failed: str | None = None


class Callers(Protocol):
    """Each waiting caller is answered once; what comes after the first answer or after the caller has gone is reported as late."""

    def expect(self, run_id: str) -> None:
        """A caller is about to wait for this run."""
        ...

    async def wait(self, run_id: str, seconds: float) -> CallerAnswer | None:
        """Wait for the answer; None when the time is over. The caller is forgotten afterwards."""
        ...

    def answer(self, answer: CallerAnswer) -> bool:
        """Answer the run's caller. False if nobody waits (any more)."""
        ...
