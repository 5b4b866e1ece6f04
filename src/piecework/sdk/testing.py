"""For the tests of pieces: a context whose store, files, connections and HTTP are in memory, and one call that runs an action.

ctx = FakeContext(http=ScriptedHttp(Reply(200, {"id": 7})))
assert await run_action(piece, "create_task", {"content": "x"}, ctx) == {"id": 7}
assert ctx.http.calls[0].url == "https://api.example/tasks"
"""

import inspect
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Unpack

import orjson

from piecework.sdk.context import ActionContext, TriggerContext
from piecework.sdk.errors import PieceError
from piecework.sdk.http import CallOptions, Http
from piecework.sdk.http_messages import HttpError
from piecework.sdk.pieces import Piece
from piecework.sdk.services import NO_DATABASES, NO_FLOWS, Connections, Databases, Files, FlowCall, Flows, LoadedFile, Server, Store
from piecework.spec.piece import StoreScope

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
TEST_SERVER = Server(api_url="http://api.test/api/", public_url="https://flows.test/api/")


class MemoryStore:
    """A store; values are copied through JSON, as the real one does."""

    def __init__(self, values: Mapping[tuple[StoreScope, str], Any] | None = None) -> None:
        self.values: dict[tuple[StoreScope, str], Any] = dict(values or {})

    async def get(self, key: str, scope: StoreScope = StoreScope.FLOW) -> Any:
        value = self.values.get((scope, key))
        return orjson.loads(orjson.dumps(value))

    async def put(self, key: str, value: Any, scope: StoreScope = StoreScope.FLOW) -> None:
        self.values[scope, key] = orjson.loads(orjson.dumps(value))

    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None:
        self.values.pop((scope, key), None)


class MemoryFiles:
    """Files under URLs of ``https://files.test/``; ``known`` holds those that a test provides."""

    def __init__(self, known: Mapping[str, LoadedFile] | None = None, max_bytes: int | None = None) -> None:
        self.max_bytes = max_bytes
        self.known: dict[str, LoadedFile] = dict(known or {})

    async def write(self, file_name: str, data: bytes) -> str:
        url = f"https://files.test/{len(self.known) + 1}/{file_name}"
        _, dot, extension = file_name.rpartition(".")
        self.known[url] = LoadedFile(file_name, data, extension if dot else None)
        return url

    async def read(self, url: str) -> LoadedFile:
        if url not in self.known:
            raise PieceError(f"no file at {url}")
        return self.known[url]


class MemoryConnections:
    """Connections by external id."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.values = dict(values or {})

    async def get(self, external_id: str) -> Any:
        return self.values.get(external_id)


class MemoryFlows:
    """Published flows, as ``Flows.list`` gives them; keeps the calls and answers that a piece made. Calls with one key are one run.

    ``answer_to`` gives ``response``.
    """

    def __init__(self, flows: Sequence[dict[str, Any]] = (), response: Any = None) -> None:
        self.flows = list(flows)
        self.response = response
        self.calls: dict[str, FlowCall] = {}
        self.answers: list[tuple[str, Any]] = []

    async def list(self, external_ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        return [flow for flow in self.flows if external_ids is None or flow["externalId"] in external_ids]

    async def call(self, call: FlowCall) -> str:
        self.calls.setdefault(call.key, call)
        return f"run-of-{call.flow_id}-{list(self.calls).index(call.key) + 1}"

    async def answer(self, callback_url: str, body: Any) -> bool:
        self.answers.append((callback_url, orjson.loads(orjson.dumps(body))))
        return True

    async def answer_to(self, waitpoint_id: str) -> Any:
        return self.response


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer for ``ScriptedHttp``; ``body`` is bytes, text or a JSON value. Implements ``HttpResponse``."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else orjson.dumps(self.body)

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return orjson.loads(self.content)


@dataclass(frozen=True, slots=True)
class Sent:
    """One call that a piece made; ``options`` are the arguments that it gave."""

    method: str
    url: str
    options: dict[str, Any]


class ScriptedHttp(Http):
    """Answers calls with the given replies, in order; an HttpError among them is raised."""

    def __init__(self, *replies: Reply | HttpError) -> None:
        self._replies = list(replies)
        self.calls: list[Sent] = []

    async def request(self, method: str, url: str, **options: Unpack[CallOptions]) -> Reply:
        self.calls.append(Sent(method, url, {name: value for name, value in options.items() if value not in (None, False)}))
        if not self._replies:
            raise AssertionError(f"no reply is left for {method} {url}")
        reply = self._replies.pop(0)
        if isinstance(reply, HttpError):
            raise reply
        return reply


class FakeContext(ActionContext):
    """An ActionContext with twins in memory, the clock at noon (15 January 2026, UTC) and a seeded random source."""

    def __init__(
        self,
        *,
        store: Store | None = None,
        files: Files | None = None,
        http: Http | None = None,
        connections: Connections | None = None,
        flows: Flows = NO_FLOWS,
        databases: Databases = NO_DATABASES,
        auth: Any = None,
        execution_type: Literal["BEGIN", "RESUME"] = "BEGIN",
        resume_payload: dict[str, Any] | None = None,
        trigger_output: Any = None,
        test: bool = False,
        now: datetime = NOON,
    ) -> None:
        super().__init__(
            store=store or MemoryStore(),
            files=files or MemoryFiles(),
            http=http or ScriptedHttp(),
            connections=connections or MemoryConnections(),
            flows=flows,
            databases=databases,
            auth=auth,
            step_name="step_1",
            flow_id="flow1",
            flow_version_id="version1",
            run_id="run1",
            project_id="project1",
            idempotency_key="run1:step_1",
            waitpoint_id="waitpoint1",
            execution_type=execution_type,
            resume_payload=resume_payload,
            trigger_output=trigger_output,
            server=TEST_SERVER,
            test=test,
            now=lambda: now,
            random_source=random.Random(7),
        )


class FakeTriggerContext(TriggerContext):
    """The same for triggers."""

    def __init__(
        self,
        *,
        payload: dict[str, Any] | None = None,
        store: Store | None = None,
        http: Http | None = None,
        auth: Any = None,
        run_id: str = "",
        now: datetime = NOON,
    ) -> None:
        super().__init__(
            store=store or MemoryStore(),
            files=MemoryFiles(),
            http=http or ScriptedHttp(),
            connections=MemoryConnections(),
            payload=payload,
            auth=auth,
            flow_id="flow1",
            project_id="project1",
            webhook_url="https://flows.test/api/v1/webhooks/flow1",
            run_id=run_id,
            server=TEST_SERVER,
            now=lambda: now,
            random_source=random.Random(7),
        )


async def run_action(
    piece: Piece, name: str, form_input: Mapping[str, Any], ctx: ActionContext | None = None, settings: Mapping[str, Any] | None = None
) -> Any:
    """What the runner does with a step: process the input, load its files, invoke the action. Raises what these raise."""
    action = piece.actions[name]
    context = ctx or FakeContext()
    settings = settings or {}
    props = action.process(form_input, settings)
    if action.loads_files(settings):
        props = await action.resolve_files(props, context.files, settings)
    result = action.invoke(context, props)
    return await result if inspect.isawaitable(result) else result


async def run_trigger(piece: Piece, name: str, form_input: Mapping[str, Any], ctx: TriggerContext | None = None) -> list[Any]:
    """The outputs of a trigger for an event or poll."""
    trigger = piece.triggers[name]
    result = trigger.payloads(ctx or FakeTriggerContext(), trigger.process(form_input, {}))
    return await result if inspect.isawaitable(result) else result
