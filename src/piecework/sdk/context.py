"""What a piece's code sees while it runs.

Contexts are plain objects with slots: one is built for every step that runs. Hooks (``ctx.run.stop`` and friends) do not act, they are
recorded: the runner reads ``ctx.run.outcome`` after the call and the engine decides.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Literal
from urllib.parse import urlencode

from piecework.sdk.schedules import Schedule
from piecework.sdk.services import Connections, Files, Http, Server, Store


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer to the caller of the flow's webhook."""

    status: int = 200
    body: Any = field(default_factory=dict[str, Any])
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class DelayPause:
    """Wait until a moment (aware datetime)."""

    until: datetime


@dataclass(frozen=True, slots=True)
class WebhookPause:
    """Wait until the resume URL is called. ``response`` answers the waiting caller; ``timeout`` is in seconds, None: the platform's cap."""

    response: Response | None = None
    timeout: float | None = None


Pause = DelayPause | WebhookPause
OutcomeKind = Literal["none", "stopped", "paused", "respond"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the step asked the engine to do besides going on."""

    kind: OutcomeKind = "none"
    response: Response | None = None
    pause: Pause | None = None


NO_OUTCOME = Outcome()


class RunHooks:
    """What a step may ask of its run. The last call wins."""

    __slots__ = ("_resume_root", "id", "outcome", "tags", "waitpoint_id")

    def __init__(self, run_id: str, waitpoint_id: str, resume_root: str) -> None:
        self.id = run_id
        self.waitpoint_id = waitpoint_id
        self.outcome = NO_OUTCOME
        self.tags: list[str] | None = None
        self._resume_root = resume_root

    def stop(self, response: Response | None = None) -> None:
        """End the run as SUCCEEDED after this step; answer the waiting caller with ``response``."""
        self.outcome = Outcome("stopped", response)

    def respond(self, response: Response) -> None:
        """Answer the waiting caller and go on."""
        self.outcome = Outcome("respond", response)

    def pause(self, pause: Pause) -> None:
        """Put the run to sleep; the same step runs again with ``execution_type`` RESUME."""
        self.outcome = Outcome("paused", pause.response if isinstance(pause, WebhookPause) else None, pause)

    def add_tag(self, name: str) -> None:
        """Mark the run. Tags are a set: the same name twice is one tag."""
        if self.tags is None:
            self.tags = []
        if name not in self.tags:
            self.tags.append(name)

    def pending_resume_url(self, params: dict[str, str]) -> str:
        """The URL that resumes whatever pause of this run is pending when it is called (the wire's older form, spec/api.md)."""
        return f"{self._resume_root}v1/flow-runs/{self.id}/requests/{self.waitpoint_id or self.id}?{urlencode(params)}"

    def resume_url(self, params: dict[str, str] | None = None, *, sync: bool = False) -> str:
        """The URL that resumes this step's webhook pause; ``params`` come back in ``resume_payload["queryParams"]``."""
        path = f"{self._resume_root}v1/flow-runs/{self.id}/waitpoints/{self.waitpoint_id}"
        query = f"?{urlencode(params)}" if params else ""
        return f"{path}/sync{query}" if sync else f"{path}{query}"


def utc_now() -> datetime:
    return datetime.now(UTC)


NO_SERVER = Server()
SHARED_RANDOM = Random()


class ActionContext:
    """The context of one action call.

    ``auth`` is the connection's value or None. ``resume_payload`` is ``{"body", "headers", "queryParams"}`` on RESUME, None on BEGIN.
    ``idempotency_key`` is the same when the step runs again after a crash. ``test`` is true in a step test.
    """

    __slots__ = (
        "auth", "connections", "execution_type", "files", "flow_id", "flow_version_id", "http", "idempotency_key", "now", "project_id",
        "random", "resume_payload", "run", "run_id", "server", "step_name", "store", "test",
    )  # fmt: skip

    def __init__(
        self,
        *,
        store: Store,
        files: Files,
        http: Http,
        connections: Connections,
        auth: Any = None,
        step_name: str = "",
        flow_id: str = "",
        flow_version_id: str = "",
        run_id: str = "",
        project_id: str = "",
        idempotency_key: str = "",
        waitpoint_id: str = "",
        execution_type: Literal["BEGIN", "RESUME"] = "BEGIN",
        resume_payload: dict[str, Any] | None = None,
        server: Server = NO_SERVER,
        test: bool = False,
        now: Callable[[], datetime] = utc_now,
        random_source: Random | None = None,
    ) -> None:
        self.auth = auth
        self.store = store
        self.files = files
        self.http = http
        self.connections = connections
        self.step_name = step_name
        self.flow_id = flow_id
        self.flow_version_id = flow_version_id
        self.run_id = run_id
        self.project_id = project_id
        self.idempotency_key = idempotency_key
        self.execution_type = execution_type
        self.resume_payload = resume_payload
        self.server = server
        self.test = test
        self.now = now
        self.random: Random = random_source or SHARED_RANDOM
        self.run = RunHooks(run_id, waitpoint_id, server.public_url)


@dataclass(frozen=True, slots=True)
class AppListener:
    """Which events of an app a trigger wants: their names, and the value by which the app's calls tell whose they are."""

    events: tuple[str, ...]
    identifier: str


class TriggerContext:
    """The context of a trigger hook. ``payload`` is ``{"method", "headers", "body", "queryParams", "rawBody"}`` for webhooks, else None.

    ``schedule`` and ``listeners`` are what ``on_enable`` asked for, to be read after the call.
    """

    __slots__ = (
        "auth", "connections", "files", "flow_id", "flow_version_id", "http", "listeners", "now", "payload", "project_id", "random",
        "schedule", "server", "step_name", "store", "test", "webhook_url",
    )  # fmt: skip

    def __init__(
        self,
        *,
        store: Store,
        files: Files,
        http: Http,
        connections: Connections,
        payload: dict[str, Any] | None = None,
        auth: Any = None,
        step_name: str = "trigger",
        flow_id: str = "",
        flow_version_id: str = "",
        project_id: str = "",
        webhook_url: str = "",
        server: Server = NO_SERVER,
        test: bool = False,
        now: Callable[[], datetime] = utc_now,
        random_source: Random | None = None,
    ) -> None:
        self.auth = auth
        self.payload = payload
        self.store = store
        self.files = files
        self.http = http
        self.connections = connections
        self.step_name = step_name
        self.flow_id = flow_id
        self.flow_version_id = flow_version_id
        self.project_id = project_id
        self.webhook_url = webhook_url
        self.server = server
        self.test = test
        self.now = now
        self.random: Random = random_source or SHARED_RANDOM
        self.schedule: Schedule | None = None
        self.listeners: list[AppListener] = []

    def set_schedule(self, schedule: Schedule) -> None:
        """Have the trigger asked by this schedule from now on, for triggers whose schedule only ``on_enable`` knows."""
        self.schedule = schedule
