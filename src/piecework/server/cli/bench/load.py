"""The load generator: one request, sent again and again over keep-alive connections, as cheaply as Python can.

It shares the machine with what it measures, so it parses as little as it may: the status, the content-length and, for an answer that must be a
certain one, its bytes. It runs in a process of its own (`python -m piecework.server.cli.bench.load`): a job as JSON on the standard input, the
measurement as JSON on the standard output. Each connection has one request under way; the next one is sent when the answer is complete.
"""

from __future__ import annotations

import asyncio
import json
import sys
from array import array
from dataclasses import asdict, dataclass, field
from time import perf_counter, process_time
from typing import cast

ANSWER_WITHIN = 60.0
"""Seconds without any answer after which the measurement is given up; what is under way then counts as errors."""

MAX_RECONNECTS = 1_000
SAMPLES_KEPT = 5


@dataclass(frozen=True, slots=True)
class LoadJob:
    """What to send and how long: ``seconds``, or ``requests`` in all, whichever ends first. ``body``: the only right answer, None: any.

    ``request`` is the whole HTTP/1.1 request as Latin-1 text. Only the loopback interface is spoken to.
    """

    port: int
    request: str
    connections: int
    seconds: float
    requests: int | None = None
    status: int = 200
    body: str | None = None


@dataclass(slots=True)
class Measurement:
    """``answers``: right ones. ``latencies_ms``: p50, p95, p99 and max of them. ``started``: by
    ``perf_counter``, which all processes of a machine share. ``cpu_us``: the generator's own cost of one request."""

    answers: int = 0
    errors: int = 0
    started: float = 0.0
    seconds: float = 0.0
    rps: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0
    cpu_us: float = 0.0
    samples: list[str] = field(default_factory=list[str])


class _Load:
    """What the connections of one job share."""

    def __init__(self, job: LoadJob) -> None:
        self.job = job
        self.request = job.request.encode("latin-1")
        self.status = b"HTTP/1.1 %d " % job.status
        self.body = None if job.body is None else job.body.encode()
        self.left = sys.maxsize if job.requests is None else job.requests
        self.latencies = array("d")
        self.errors = 0
        self.samples: list[str] = []
        self.last_answer = perf_counter()
        self.ends_at = self.last_answer + job.seconds
        self.open = 0
        self.reconnects = 0
        self.finished = asyncio.Event()

    def fail(self, what: str) -> None:
        self.errors += 1
        if len(self.samples) < SAMPLES_KEPT:
            self.samples.append(what[:300])


class _Connection(asyncio.Protocol):
    """One keep-alive connection: request, answer, request, answer."""

    __slots__ = ("_buffer", "_load", "_sent_at", "_transport", "waiting")

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._buffer = b""
        self._sent_at = 0.0
        self.waiting = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send(perf_counter())

    def _send(self, now: float) -> None:
        load = self._load
        transport = self._transport
        assert transport is not None
        if load.left <= 0 or now >= load.ends_at:
            transport.close()
            return
        load.left -= 1
        self.waiting = True
        self._sent_at = now
        transport.write(load.request)

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        head = data.find(b"\r\n\r\n")
        if head < 0:
            self._buffer = data
            return
        length = _content_length(data, head)
        if len(data) < head + 4 + length:
            self._buffer = data
            return
        now = perf_counter()
        load = self._load
        self._buffer = b""
        self.waiting = False
        load.last_answer = now
        if data.startswith(load.status) and (load.body is None or data[head + 4 :] == load.body):
            load.latencies.append(now - self._sent_at)
        else:
            load.fail(data.decode("latin-1"))
        self._send(now)

    def connection_lost(self, exc: Exception | None) -> None:
        load = self._load
        if self.waiting:
            load.fail(f"the connection was closed: {exc}")
            if load.reconnects < MAX_RECONNECTS and load.left > 0 and perf_counter() < load.ends_at:
                load.reconnects += 1
                _pending.add(task := asyncio.ensure_future(_connect(load)))
                task.add_done_callback(_pending.discard)
                return
        _close_one(load)

    def abort(self) -> None:
        """Give up what is under way."""
        if self._transport is not None:
            self._transport.abort()


_pending: set[asyncio.Future[None]] = set()


def _content_length(data: bytes, head: int) -> int:
    start = data.find(b"content-length: ", 0, head)
    if start < 0:
        start = data[:head].lower().find(b"content-length: ")
        if start < 0:
            return 0
    end = data.find(b"\r\n", start)
    return int(data[start + 16 : end])


def _close_one(load: _Load) -> None:
    load.open -= 1
    if load.open <= 0:
        load.finished.set()


async def _connect(load: _Load) -> None:
    try:
        await asyncio.get_running_loop().create_connection(lambda: _Connection(load), "127.0.0.1", load.job.port)
    except OSError as error:
        load.fail(f"no connection: {error}")
        _close_one(load)


async def measure(job: LoadJob) -> Measurement:
    """Run a job to its end: when its time is over every request under way is still waited for."""
    load = _Load(job)
    load.open = job.connections
    cpu, started = process_time(), perf_counter()
    await asyncio.gather(*(_connect(load) for _ in range(job.connections)))
    while not load.finished.is_set():
        try:
            async with asyncio.timeout(1.0):
                await load.finished.wait()
        except TimeoutError:
            if perf_counter() - load.last_answer > ANSWER_WITHIN:
                load.fail(f"no answer within {ANSWER_WITHIN:g} seconds")
                break
    return _summary(load, started, process_time() - cpu)


def _summary(load: _Load, started: float, cpu: float) -> Measurement:
    seconds = load.last_answer - started
    latencies = sorted(load.latencies)
    total = len(latencies) + load.errors
    return Measurement(
        answers=len(latencies),
        errors=load.errors,
        started=started,
        seconds=seconds,
        rps=len(latencies) / seconds if seconds > 0 else 0.0,
        p50_ms=percentile(latencies, 0.50),
        p95_ms=percentile(latencies, 0.95),
        p99_ms=percentile(latencies, 0.99),
        max_ms=percentile(latencies, 1.0),
        cpu_us=cpu / total * 1e6 if total else 0.0,
        samples=load.samples,
    )


def percentile(latencies: list[float], share: float) -> float:
    """A percentile of sorted seconds, in milliseconds (nearest rank); 0 for none."""
    if not latencies:
        return 0.0
    rank = min(len(latencies) - 1, max(0, -int(-share * len(latencies) // 1) - 1))
    return latencies[rank] * 1000


def main() -> None:
    """Read a job, write the measurement."""
    job = LoadJob(**json.load(sys.stdin))
    try:
        import uvloop
    except ImportError:
        result = asyncio.run(measure(job))
    else:
        result = uvloop.run(measure(job))
    json.dump(asdict(result), sys.stdout)


if __name__ == "__main__":
    main()
