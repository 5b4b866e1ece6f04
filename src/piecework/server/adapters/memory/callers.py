"""Waiting callers of one process that serves requests and drives runs alike."""

from __future__ import annotations

import asyncio

from piecework.server.ports.callers import CallerAnswer


class MemoryCallers:
    """See ``Callers``."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[CallerAnswer]] = {}

    def expect(self, run_id: str) -> None:
        """See ``Callers.expect``."""
        self._waiting[run_id] = asyncio.get_running_loop().create_future()

    async def wait(self, run_id: str, seconds: float) -> CallerAnswer | None:
        """See ``Callers.wait``."""
        future = self._waiting[run_id]
        timer = asyncio.get_running_loop().call_later(seconds, _give_up, future)
        try:
            return await future
        except asyncio.CancelledError:
            if future.cancelled() and not asyncio.current_task().cancelling():  # type: ignore[union-attr]
                return None
            raise
        finally:
            timer.cancel()
            self._waiting.pop(run_id, None)

    def answer(self, answer: CallerAnswer) -> bool:
        """See ``Callers.answer``."""
        future = self._waiting.get(answer.run_id)
        if future is None or future.done():
            return False
        future.set_result(answer)
        return True


def _give_up(future: asyncio.Future[CallerAnswer]) -> None:
    if not future.done():
        future.cancel()
