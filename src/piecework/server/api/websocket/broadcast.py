"""What goes out: one queue for all projects, in order, sent by a task that lives only while there is something to send."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from piecework.server.api.websocket.rate import MESSAGES_PER_SECOND, StepRate
from piecework.server.kernel.ids import new_id
from piecework.server.kernel.metrics import Metrics
from piecework.spec import jsons

if TYPE_CHECKING:
    import socketio

log = structlog.get_logger(__name__)

RUN_PROGRESS = "UPDATE_RUN_PROGRESS"
MAX_WAITING = 2_000
"""Messages that wait to be sent; beyond it the oldest are lost. Browsers read the run when they need to be sure."""
MAX_PROGRESS_BYTES = 256 * 1024
"""Larger step outputs are left out of the progress; the run itself has them."""


class WireJson:
    """JSON for socket.io, which asks for an object with ``dumps`` and ``loads``."""

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        """JSON text of a value."""
        return jsons.dumps_lenient(value).decode()

    @staticmethod
    def loads(text: str | bytes) -> Any:
        """The value of JSON text. Raises ValueError."""
        return orjson.loads(text)


class Broadcast:
    """Implements ``Progress`` over socket.io. A project's room has the project's id as its name, a connection's room the connection's."""

    def __init__(self, metrics: Metrics | None = None) -> None:
        self._metrics = metrics or Metrics()
        self._members: dict[str, set[str]] = {}
        self._rates: dict[str, dict[str, StepRate]] = {}
        self._queue: deque[tuple[str, str, Any]] = deque()
        self._sender: asyncio.Task[None] | None = None
        self._timers: dict[str, asyncio.TimerHandle] = {}

    @cached_property
    def server(self) -> socketio.AsyncServer:
        """The socket.io server, made for the first connection: the package takes 15 MB and half a second, and many servers have no browser."""
        import socketio

        return socketio.AsyncServer(
            async_mode="asgi",
            cors_allowed_origins="*",  # who may listen is decided by the token in the handshake, never by a cookie
            json=WireJson,
            ping_interval=25,
            ping_timeout=20,
        )

    # Who listens

    async def join(self, project_id: str, connection_id: str) -> None:
        """From now on the connection hears of the project."""
        await self.server.enter_room(connection_id, project_id)
        self._members.setdefault(project_id, set()).add(connection_id)

    def leave(self, project_id: str, connection_id: str) -> None:
        """The connection is gone; socket.io has taken it out of its rooms."""
        members = self._members.get(project_id, set())
        members.discard(connection_id)
        if not members and self._members.pop(project_id, None) is not None:
            for run_id in self._rates.pop(project_id, {}):
                self._stop_timer(run_id)

    def watched(self, project_id: str) -> bool:
        """See ``Progress.watched``."""
        return project_id in self._members

    # What they hear

    def publish(self, project_id: str, event: str, payload: Any) -> None:
        """See ``Progress.publish``. Progress of steps is held to ``rate``; a run's state without a step lets go what was held back, then follows."""
        if project_id not in self._members:
            return
        if event != RUN_PROGRESS:
            self._put(project_id, event, payload)
        elif "step" in payload:
            self._publish_step(project_id, payload)
        else:
            self._publish_state(project_id, payload)

    def tell(self, connection_id: str, event: str, payload: Any) -> None:
        """Tell one connection, behind everything that was published before."""
        self._put(connection_id, event, payload)

    def _publish_step(self, project_id: str, payload: Mapping[str, Any]) -> None:
        run_id, now = payload["flowRun"]["id"], asyncio.get_running_loop().time()
        rates = self._rates.setdefault(project_id, {})
        rate = rates.get(run_id)
        if rate is None:
            rate = rates[run_id] = StepRate(now)
        if rate.offer(payload["step"]["name"], payload, now):
            self._put(project_id, RUN_PROGRESS, payload)
        elif run_id not in self._timers:
            self._start_timer(project_id, run_id)

    def _publish_state(self, project_id: str, payload: Mapping[str, Any]) -> None:
        run_id = payload["flowRun"]["id"]
        rate = self._rates.get(project_id, {}).pop(run_id, None)
        self._stop_timer(run_id)
        for held in rate.rest() if rate is not None else ():
            self._put(project_id, RUN_PROGRESS, held)
        self._put(project_id, RUN_PROGRESS, payload)

    def _start_timer(self, project_id: str, run_id: str) -> None:
        loop = asyncio.get_running_loop()
        self._timers[run_id] = loop.call_later(1 / MESSAGES_PER_SECOND, self._let_go, project_id, run_id)

    def _stop_timer(self, run_id: str) -> None:
        timer = self._timers.pop(run_id, None)
        if timer is not None:
            timer.cancel()

    def _let_go(self, project_id: str, run_id: str) -> None:
        del self._timers[run_id]
        rate = self._rates[project_id][run_id]
        for payload in rate.due(asyncio.get_running_loop().time()):
            self._put(project_id, RUN_PROGRESS, payload)
        if rate.is_waiting:
            self._start_timer(project_id, run_id)

    # Sending

    def _put(self, room: str, event: str, payload: Any) -> None:
        if len(self._queue) >= MAX_WAITING:
            self._queue.popleft()
        self._queue.append((room, event, payload))
        if self._sender is None:
            self._sender = asyncio.create_task(self._send(), name="broadcast")

    async def _send(self) -> None:
        try:
            while self._queue:
                room, event, payload = self._queue.popleft()
                try:
                    await self.server.emit(event, orjson.Fragment(encoded(event, payload)), room=room)
                except Exception as error:
                    self._metrics.progress_failures += 1
                    log.warning(
                        "a message was not sent", event_name=event, error_id=new_id(), error=type(error).__name__, **_subject(payload)
                    )
        finally:
            self._sender = None

    async def close(self) -> None:
        """Send what waits, for a moment, then hang up."""
        for run_id in list(self._timers):
            self._stop_timer(run_id)
        if self._sender is not None:
            await asyncio.wait([self._sender], timeout=2)
        if "server" in self.__dict__:
            await self.server.shutdown()


def _subject(payload: Any) -> dict[str, Any]:
    """Which run and step a message is about, for the log."""
    run: Any = payload.get("flowRun", {}) if isinstance(payload, Mapping) else {}
    step: Any = payload.get("step", {}) if isinstance(payload, Mapping) else {}
    named = payload.get("runId") if isinstance(payload, Mapping) else None
    return {"flow_run_id": run.get("id") or named, "step_name": step.get("name")}


def encoded(event: str, payload: Any) -> bytes:
    """A message's JSON text; a step output that is too large for progress is left out of it."""
    content = jsons.dumps_lenient(payload)
    if event != RUN_PROGRESS or len(content) <= MAX_PROGRESS_BYTES or "step" not in payload:
        return content
    step: Mapping[str, Any] = payload["step"]
    notice = f"(left out: {len(content)} bytes; read the run)"
    output = {**step["output"], "output": notice, "input": notice}
    return jsons.dumps_lenient({**payload, "step": {**step, "output": output}})
