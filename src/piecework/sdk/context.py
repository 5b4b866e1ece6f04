"""What a piece's code sees while it runs.

Contexts are plain objects with slots: one is built for every step that runs. Hooks (``ctx.run.stop`` and friends) do not act, they are
recorded: the runner reads ``ctx.run.outcome`` after the call and the engine decides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Generic, Literal
from urllib.parse import urlencode

from typing_extensions import TypeVar

from piecework.sdk.http import Http
from piecework.sdk.network import Network
from piecework.sdk.schedules import Schedule
from piecework.sdk.services import NO_DATABASES, NO_FLOWS, Connections, Databases, Files, FlowCall, Flows, Server, Store


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer to the caller of the flow's webhook."""

    status: int = 200
    body: Any = field(default_factory=dict[str, Any])
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class DelayPause:
    """Wait until a moment (aware datetime). ``seconds``: what is meant is not the moment but the time until then, which has to go by however
    the clock is set meanwhile."""

    until: datetime
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class WebhookPause:
    """Wait until the resume URL is called. ``response`` answers the waiting caller; ``timeout`` is in seconds, None: the platform's cap."""

    response: Response | None = None
    timeout: float | None = None


AuthT = TypeVar("AuthT", default=Any)
"""What ``ctx.auth`` is: one of ``auth_values``."""

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
    """What a step may ask of its run. The last call wins. ``step_path`` is the step's name with the loops around it: ``loop_1:3/step_2``."""

    __slots__ = ("_resume_root", "_waitpoint_id", "id", "outcome", "step_path", "tags")

    def __init__(self, run_id: str, waitpoint_id: str | Callable[[], str], resume_root: str) -> None:
        self.id = run_id
        self.step_path = ""
        self._waitpoint_id = waitpoint_id
        self.outcome = NO_OUTCOME
        self.tags: list[str] | None = None
        self._resume_root = resume_root

    @property
    def waitpoint_id(self) -> str:
        """The id of the waitpoint that a pause of this step leaves. Each step has its own: a run may wait in several places."""
        return self._waitpoint_id if isinstance(self._waitpoint_id, str) else self._waitpoint_id()

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
        """The URL that resumes whatever pause of this run is pending when it is called, the newest first; within a loop, of this iteration only
        (the wire's older form, spec/api.md)."""
        return f"{self._pending()}?{urlencode(params)}"

    def pending_review_url(self) -> str:
        """The URL of the page on which a person approves or disapproves what ``pending_resume_url`` resumes. Opening it resumes nothing."""
        return f"{self._pending()}/confirm"

    def _pending(self) -> str:
        return f"{self._resume_root}v1/flow-runs/{self.id}/requests/{self.request_id}"

    @property
    def request_id(self) -> str:
        """What the older links name in place of a waitpoint.

        Within a loop its iteration: ``loop_1:3,loop_2:1``. Iterations may wait at the same time, and one's link must not end another's pause.
        """
        iteration = self.step_path.rpartition("/")[0].replace("/", ",")
        return iteration or self.waitpoint_id or self.id

    def resume_url(self, params: dict[str, str] | None = None, *, sync: bool = False) -> str:
        """The URL that resumes this step's webhook pause; ``params`` come back in ``resume_payload["queryParams"]``."""
        path = f"{self._resume_root}v1/flow-runs/{self.id}/waitpoints/{self.waitpoint_id}"
        query = f"?{urlencode(params)}" if params else ""
        return f"{path}/sync{query}" if sync else f"{path}{query}"


@dataclass(frozen=True, slots=True)
class CurrentFlow:
    """The flow that a step or trigger belongs to."""

    id: str
    version_id: str


class TriggerFlows:
    """The project's flows, as a trigger sees them."""

    __slots__ = ("_flows", "current")

    def __init__(self, flows: Flows, current: CurrentFlow) -> None:
        self._flows = flows
        self.current = current

    async def list(self, external_ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """See ``Flows.list``."""
        return await self._flows.list(external_ids)


class StepFlows(TriggerFlows):
    """The same for a step, which can call them and answer the run that called its own."""

    __slots__ = ("_context",)

    def __init__(self, flows: Flows, context: "ActionContext") -> None:
        super().__init__(flows, CurrentFlow(context.flow_id, context.flow_version_id))
        self._context = context

    async def call(self, flow_id: str, body: Any, *, wait: bool = False) -> str:
        """Start a run of another flow, whose trigger gives ``body``, and return its id. A step that runs again after a crash starts no second one.

        ``wait``: the answer, or the end of that run, ends the pause for which the step then asks (``ctx.run.pause(WebhookPause())``).
        Raises PieceError for a flow that is missing or disabled, and for a chain of calls that is too long.
        """
        run, key = self._context.run, self._context.idempotency_key
        waitpoint_id = run.waitpoint_id if wait else None
        return await self._flows.call(FlowCall(flow_id, body, run.id, f"{key}@{run.waitpoint_id}", waitpoint_id))

    async def answer(self, callback_url: str, body: Any) -> bool:
        """See ``Flows.answer``."""
        return await self._flows.answer(callback_url, body)

    async def answer_to_test(self) -> Any:
        """What the call that this step made with ``wait`` is answered: a step test does not pause, it waits."""
        return await self._flows.answer_to(self._context.run.waitpoint_id)


def utc_now() -> datetime:
    return datetime.now(UTC)


NO_SERVER = Server()
SHARED_RANDOM = Random()


class ActionContext(Generic[AuthT]):
    """The context of one action call; ``ActionContext[OAuth2Token]`` says what its ``auth`` is.

    ``auth`` is the connection's value (one of ``auth_values``) or None. ``resume_payload`` is ``{"body", "headers", "queryParams"}`` on
    RESUME, None on BEGIN.
    ``idempotency_key`` is the same when the step runs again after a crash. ``test`` is true in a step test. ``trigger_output`` is what the
    run began with.
    """

    __slots__ = (
        "_flows", "auth", "connections", "databases", "execution_type", "files", "flow_id", "flow_version_id", "http", "idempotency_key", "now",
        "project_id", "random", "resume_payload", "run", "run_id", "server", "step_name", "store", "test", "trigger_output",
    )  # fmt: skip

    def __init__(
        self,
        *,
        store: Store,
        files: Files,
        http: Http,
        connections: Connections,
        flows: Flows = NO_FLOWS,
        databases: Databases = NO_DATABASES,
        auth: Any = None,
        step_name: str = "",
        flow_id: str = "",
        flow_version_id: str = "",
        run_id: str = "",
        project_id: str = "",
        idempotency_key: str = "",
        waitpoint_id: str | Callable[[], str] = "",
        execution_type: Literal["BEGIN", "RESUME"] = "BEGIN",
        resume_payload: dict[str, Any] | None = None,
        trigger_output: Any = None,
        server: Server = NO_SERVER,
        test: bool = False,
        now: Callable[[], datetime] = utc_now,
        random_source: Random | None = None,
    ) -> None:
        self.auth: AuthT = auth
        self.store = store
        self.files = files
        self.http = http
        self.connections = connections
        self.databases = databases
        self._flows = flows
        self.step_name = step_name
        self.flow_id = flow_id
        self.flow_version_id = flow_version_id
        self.run_id = run_id
        self.project_id = project_id
        self.idempotency_key = idempotency_key
        self.execution_type = execution_type
        self.resume_payload = resume_payload
        self.trigger_output = trigger_output
        self.server = server
        self.test = test
        self.now = now
        self.random: Random = random_source or SHARED_RANDOM
        self.run = RunHooks(run_id, waitpoint_id, server.public_url)

    @property
    def flows(self) -> StepFlows:
        """The project's flows: the ``current`` one, a list of those that are published, and calls of them."""
        return StepFlows(self._flows, self)

    @property
    def network(self) -> Network:
        """The way to servers that do not speak HTTP (``sdk.network``)."""
        return self.http.network


@dataclass(frozen=True, slots=True)
class AppListener:
    """Which events of an app a trigger wants: their names, and the value by which the app's calls tell whose they are."""

    events: tuple[str, ...]
    identifier: str


class TriggerContext(Generic[AuthT]):
    """The context of a trigger hook. ``payload`` is ``{"method", "headers", "body", "queryParams", "rawBody"}`` for webhooks, else None.

    ``since``: in a poll that orders its items by time, the time of the newest item that is known; None when nothing is known yet.
    ``run_id``: the run that begins, in ``on_start``, whose ``payload`` is the trigger's output; empty in all other hooks.
    ``schedule`` and ``listeners`` are what ``on_enable`` asked for, to be read after the call. ``app_secret``: what the app signs its events with
    (AP_APP_WEBHOOK_SECRETS). ``idempotency_key``: a trigger sets it to what tells a call from every other; another call with the same key starts
    no run.
    """

    __slots__ = (
        "_flows", "app_secret", "auth", "connections", "files", "flow_id", "flow_version_id", "http", "idempotency_key", "listeners", "now",
        "payload", "project_id", "random", "run_id", "schedule", "server", "since", "step_name", "store", "test", "webhook_url",
    )  # fmt: skip

    def __init__(
        self,
        *,
        store: Store,
        files: Files,
        http: Http,
        connections: Connections,
        flows: Flows = NO_FLOWS,
        payload: dict[str, Any] | None = None,
        auth: Any = None,
        step_name: str = "trigger",
        flow_id: str = "",
        flow_version_id: str = "",
        project_id: str = "",
        webhook_url: str = "",
        run_id: str = "",
        app_secret: str | None = None,
        server: Server = NO_SERVER,
        test: bool = False,
        now: Callable[[], datetime] = utc_now,
        random_source: Random | None = None,
    ) -> None:
        self.auth: AuthT = auth
        self.payload = payload
        self.since: datetime | None = None
        self.store = store
        self.files = files
        self.http = http
        self.connections = connections
        self._flows = flows
        self.step_name = step_name
        self.flow_id = flow_id
        self.flow_version_id = flow_version_id
        self.project_id = project_id
        self.webhook_url = webhook_url
        self.run_id = run_id
        self.app_secret = app_secret
        self.idempotency_key: str | None = None
        self.server = server
        self.test = test
        self.now = now
        self.random: Random = random_source or SHARED_RANDOM
        self.schedule: Schedule | None = None
        self.listeners: list[AppListener] = []

    @property
    def flows(self) -> TriggerFlows:
        """The project's flows: the ``current`` one, and a list of those that are published."""
        return TriggerFlows(self._flows, CurrentFlow(self.flow_id, self.flow_version_id))

    @property
    def network(self) -> Network:
        """The way to servers that do not speak HTTP (``sdk.network``)."""
        return self.http.network

    def listen(self, events: Sequence[str], identifier: str) -> None:
        """Have the app's events of these names that are this identifier's fire the trigger; for ``on_enable`` of an ``app=True`` trigger."""
        self.listeners.append(AppListener(tuple(events), identifier))

    def set_schedule(self, schedule: Schedule) -> None:
        """Have the trigger asked by this schedule from now on, for triggers whose schedule only ``on_enable`` knows."""
        self.schedule = schedule
