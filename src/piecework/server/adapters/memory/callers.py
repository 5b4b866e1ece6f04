"""Waiting callers of one process that serves requests and drives runs alike."""

from __future__ import annotations

import asyncio

from piecework.server.ports.callers import CallerAnswer, Expectation


class MemoryCallers:
    """See ``Callers``."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[CallerAnswer]]] = {}

    def expect(self, run_id: str) -> Expectation:
        """See ``Callers.expect``."""
        future: asyncio.Future[CallerAnswer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(run_id, []).append(future)
        return Expectation(run_id, future)

    async def wait(self, expected: Expectation, seconds: float) -> CallerAnswer | None:
        """See ``Callers.wait``."""
        future: asyncio.Future[CallerAnswer] = expected.token
        timer = asyncio.get_running_loop().call_later(seconds, _give_up, future)
        try:
            return await future
        except asyncio.CancelledError:
            if future.cancelled() and not asyncio.current_task().cancelling():  # type: ignore[union-attr]
                return None
            raise
        finally:
            timer.cancel()
            self.forget(expected)

    def forget(self, expected: Expectation) -> None:
        """See ``Callers.forget``."""
        waiting = self._waiting[expected.run_id]
        waiting.remove(expected.token)
        if not waiting:
            del self._waiting[expected.run_id]

    def waits(self, run_id: str) -> bool:
        """See ``Callers.waits``."""
        return any(not future.done() for future in self._waiting.get(run_id, ()))

    def answer(self, answer: CallerAnswer) -> bool:
        """See ``Callers.answer``."""
        waiting = [future for future in self._waiting.get(answer.run_id, ()) if not future.done()]
        for future in waiting:
            future.set_result(answer)
        return bool(waiting)


def _give_up(future: asyncio.Future[CallerAnswer]) -> None:
    if not future.done():
        future.cancel()
