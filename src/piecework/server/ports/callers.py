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


class Expectation(NamedTuple):
    """One caller who is going to wait, or waits, for a run; ``token`` is the adapter's own."""

    run_id: str
    token: Any


class Callers(Protocol):
    """Each waiting caller is answered once; what comes after the first answer or after the caller has gone is reported as late.

    Several may wait for one run: the one whose call began it, and one who resumed it.
    """

    def expect(self, run_id: str) -> Expectation:
        """A caller is about to wait for this run: answers are kept for him from now on. Ends with ``wait`` or ``forget``."""
        ...

    async def wait(self, expected: Expectation, seconds: float) -> CallerAnswer | None:
        """Wait for the answer; None when the time is over. The caller is forgotten afterwards."""
        ...

    def forget(self, expected: Expectation) -> None:
        """The caller will not wait after all."""
        ...

    def waits(self, run_id: str) -> bool:
        """Whether anybody waits for the run's answer at this moment."""
        ...

    def answer(self, answer: CallerAnswer) -> bool:
        """Answer all who wait for the run. False if nobody does (any more)."""
        ...
