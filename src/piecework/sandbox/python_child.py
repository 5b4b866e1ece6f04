"""The Python child (inside bubblewrap): announces itself, takes one request, runs it, answers, ends.

    {source, cpu, memory, output, stdout}  payload: inputs  ->  header JSON as the V8 child's, payload: the result
Nothing in here is safe from the step's code once that runs; it answers for itself only, because nobody else will ever run in this process.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import sys
import time
from typing import Any

from piecework.sandbox import protocol

FILE_NAME = "step.py"
_MAX_REQUEST_BYTES = 256 * 1024 * 1024
_LIBRARIES_MB = 64
"""Address space of the interpreter and its libraries, on top of the step's own memory."""


class _Output(io.TextIOBase):
    """Standard output that keeps the first ``limit`` characters."""

    def __init__(self, limit: int) -> None:
        self._room = limit
        self._parts: list[str] = []

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._room > 0:
            self._parts.append(text[: self._room] if len(text) <= self._room else text[: self._room] + "\n[output cut]\n")
            self._room -= len(text)
        return len(text)

    def text(self) -> str:
        return "".join(self._parts)


def main() -> None:
    connection = _take_connection()
    _send(connection, protocol.encode(protocol.GREETING))
    reader = protocol.FrameReader(_MAX_REQUEST_BYTES)
    frame = None
    while frame is None:
        received = os.read(connection, 1 << 20)
        if not received:
            os._exit(0)
        frame = reader.feed(received)
    header, payload = _answer(json.loads(frame[0]), frame[1])
    _send(connection, protocol.encode(json.dumps(header).encode("utf-8", "replace"), payload))
    os._exit(0)


def _send(connection: int, message: bytes) -> None:
    left = memoryview(message)
    while left:
        left = left[os.write(connection, left) :]


def _take_connection() -> int:
    """The pool's socket, moved away from standard input, which is empty for the step as its outputs lead nowhere. A bare descriptor: the
    module ``socket`` would cost every step 5 ms."""
    connection = os.dup(0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return connection


def _answer(request: dict[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
    output = _Output(request["stdout"])
    sys.stdout = sys.stderr = output
    sys.stdin = io.StringIO()
    _limit(request)
    try:
        header, result = _run(request["source"], payload, request["output"])
    except MemoryError:
        header, result = {"ok": False, "kind": "memory"}, b""
    except BaseException as error:
        header, result = _failure(error, request["source"]), b""
    return {**header, "stdout": output.text()}, result


def _limit(request: dict[str, Any]) -> None:
    """The timer is exact and the step could stop it; the limit behind it counts whole seconds, and nothing stops it."""
    signal.setitimer(signal.ITIMER_PROF, request["cpu"])
    seconds = int(time.process_time() + request["cpu"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    memory = (request["memory"] + _LIBRARIES_MB) * 1024 * 1024
    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64)):
        resource.setrlimit(limit, (value, value))


def _run(source: str, payload: bytes, output_limit: int) -> tuple[dict[str, Any], bytes]:
    names: dict[str, Any] = {"__name__": "step", "__builtins__": __builtins__}
    exec(compile(source, FILE_NAME, "exec", dont_inherit=True), names)  # noqa: S102  this is what the process is for
    entry = names.get("code")
    if not callable(entry):
        raise TypeError("The step must define a function named code: def code(inputs): ...")
    value = entry(json.loads(payload))
    if hasattr(value, "__await__"):
        import asyncio  # 50 ms that only an async step pays

        value = asyncio.run(_wait_for(value))
    try:
        result = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError) as error:
        return {"ok": False, "kind": "result", "name": type(error).__name__, "message": str(error)}, b""
    return ({"ok": True}, result) if len(result) <= output_limit else ({"ok": False, "kind": "output"}, b"")


async def _wait_for(value: Any) -> Any:
    return await value


def _failure(error: BaseException, source: str) -> dict[str, Any]:
    """The error with the step's own frames: name, message and the traceback as Python prints it."""
    import linecache
    import traceback  # 10 ms that only a failing step pays

    linecache.cache[FILE_NAME] = (len(source), None, source.splitlines(keepends=True), FILE_NAME)
    seen = traceback.TracebackException.from_exception(error, limit=50, compact=True)
    own = [frame for frame in seen.stack if frame.filename == FILE_NAME]
    seen.stack = traceback.StackSummary.from_list(own)
    name = type(error).__name__
    text = "".join(seen.format(chain=False)).rstrip("\n")
    return {"ok": False, "kind": "traceback", "name": name, "message": str(error), "stack": text}
