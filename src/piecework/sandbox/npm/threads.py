"""The server's view of one thread of the host: the calls that it has in hand, and what its piece asks meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Any

import orjson

from piecework.sandbox.errors import OutputTooLarge, SandboxError
from piecework.sandbox.npm.connection import Connection, Frame, Kind
from piecework.sandbox.npm.errors import PieceThrew
from piecework.spec import jsons

Answer = Callable[[str, dict[str, Any], bytes], Awaitable[Any]]
"""(operation, its arguments, bytes) → what the platform answers a piece. Whatever it raises reaches the piece as an error."""

_MAX_ID = 2**32 - 1


async def answer_nothing(operation: str, arguments: dict[str, Any], data: bytes) -> Any:
    """For calls that may ask nothing of the platform."""
    raise PieceThrew(f"{operation} cannot be used here")


class _Call:
    """A call in hand: who waits for it, who answers what it asks, and those answers under way."""

    __slots__ = ("answer", "answers", "result")

    def __init__(self, result: asyncio.Future[dict[str, Any]], answer: Answer) -> None:
        self.result = result
        self.answer = answer
        self.answers: set[asyncio.Task[None]] = set()


class PieceThread:
    """``ready`` is done when the piece is loaded, or failed with why it is not."""

    def __init__(self, number: int, piece: Path, label: str) -> None:
        self.number = number
        self.piece = piece
        self.label = label
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.last_used = monotonic()
        self.heard = monotonic()
        self.pinged: float | None = None
        self.abandoned = 0
        self.users = 0
        """Callers that use this thread or are about to: it must not be ended under them."""
        self._calls: dict[int, _Call] = {}
        self._last_id = 0
        self._connection: Connection | None = None
        self.over = False

    # ---- its connection --------------------------------------------------------------------------------------------------------------

    def opened(self, connection: Connection, hello: dict[str, Any]) -> Callable[[Frame], None]:
        """The thread has connected; its first frame says whether the piece is loaded."""
        self._connection = connection
        if self.ready.done():
            return self._take
        if "error" in hello:
            self.ready.set_exception(_as_error(hello["error"]))
        else:
            self.ready.set_result(None)
        return self._take

    def _take(self, frame: Frame) -> None:
        self.heard = monotonic()
        self.pinged = None
        if frame.kind is Kind.RESULT:
            call = self._calls.pop(frame.id, None)
            if call is not None and not call.result.done():
                _finish(call.result, frame.text)
        elif frame.kind is Kind.ASK:
            self._asked(frame)

    def _asked(self, frame: Frame) -> None:
        message = orjson.loads(frame.text)
        call = self._calls.get(message.pop("call"))
        if call is None:
            self._answer(frame.id, {"error": "The call is over"})
            return
        task = asyncio.ensure_future(self._answered(frame.id, call.answer(message.pop("op"), message, frame.data)))
        call.answers.add(task)
        task.add_done_callback(call.answers.discard)

    async def _answered(self, number: int, answer: Awaitable[Any]) -> None:
        try:
            reply: dict[str, Any] = {"value": await answer}
        except Exception as error:
            reply = {"error": str(error) or type(error).__name__}
        self._answer(number, reply)

    def _answer(self, number: int, reply: dict[str, Any]) -> None:
        if self._connection is not None:
            self._connection.send(Frame(number, Kind.ANSWER, jsons.dumps_lenient(reply)))

    # ---- calls -----------------------------------------------------------------------------------------------------------------------

    async def call(self, text: bytes, data: bytes, answer: Answer) -> dict[str, Any]:
        """One call. Raises PieceThrew, and what ``fail`` is given."""
        assert self._connection is not None
        self._last_id = self._last_id + 1 if self._last_id < _MAX_ID else 1
        number = self._last_id
        call = self._calls[number] = _Call(asyncio.get_running_loop().create_future(), answer)
        if self.pinged is None and len(self._calls) == 1:
            self.heard = monotonic()
        self._connection.send(Frame(number, Kind.CALL, text, data))
        try:
            return await call.result
        except asyncio.CancelledError:
            self.abandoned += 1
            raise
        finally:
            self._calls.pop(number, None)
            self.last_used = monotonic()
            for task in call.answers:
                task.cancel()

    def ping(self) -> None:
        """Ask for a sign of life."""
        if self._connection is not None:
            self.pinged = monotonic()
            self._connection.send(Frame(0, Kind.PING, b""))

    def fail(self, error: SandboxError) -> None:
        """The thread is over: everybody who waits for it is told."""
        self.over = True
        if not self.ready.done():
            self.ready.set_exception(error)
            self.ready.exception()  # those who wait for it are told; nobody need
        for call in self._calls.values():
            if not call.result.done():
                call.result.set_exception(error)
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _finish(result: asyncio.Future[dict[str, Any]], text: bytes) -> None:
    try:
        message = jsons.loads(text)
    except jsons.InvalidJson as error:
        result.set_exception(PieceThrew(f"The result cannot be read: {error}"))
        return
    if message["ok"]:
        result.set_result(message)
    else:
        result.set_exception(_as_error(message["error"]))


def _as_error(error: dict[str, Any]) -> Exception:
    if error["name"] == OutputTooLarge.__name__:
        return OutputTooLarge(error["message"])
    return PieceThrew(error["message"], name=error["name"], detail=error.get("detail"))
