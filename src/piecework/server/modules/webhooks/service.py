"""Taking webhook calls in: which version runs, whether the call may, and what its sender gets.

An asynchronous call is answered when its run is durable. A synchronous one is answered by its run: by the step that responds, or by the way in
which the run ends, and never later than AP_WEBHOOK_TIMEOUT_SECONDS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from hashlib import sha256
from time import perf_counter
from typing import Any, Protocol, cast

from piecework.engine.events import StepFailed
from piecework.engine.program import Program
from piecework.runner.errors import error_message, failure
from piecework.runner.steps import Services, now_ms
from piecework.runner.triggers import PreparedTrigger, TriggerCall, open_trigger, source_name, trigger_facts, trigger_payloads
from piecework.sandbox.errors import SandboxError
from piecework.sdk import PayloadRejected, PieceError, WebhookAuthFailed
from piecework.sdk.services import Server
from piecework.sdk.triggers import call
from piecework.server.kernel.errors import ErrorCode
from piecework.server.kernel.ids import derived_id
from piecework.server.kernel.metrics import Metrics
from piecework.server.modules.flows.service import FlowFacts, FlowService
from piecework.server.modules.programs.service import ProgramService
from piecework.server.modules.runs.announce import announce_queued
from piecework.server.modules.runs.parents import Parent, TooManyCalls, read_resume_link
from piecework.server.modules.runs.recent import RecentKeys, without_key
from piecework.server.modules.runs.service import RunService
from piecework.server.modules.step_services.service import TEST_STORE
from piecework.server.modules.webhooks.answers import NO_RESPONSE, Answer, answer_of, outcome_of
from piecework.server.ports.callers import CallerAnswer, Callers
from piecework.server.ports.progress import Progress
from piecework.server.ports.runs import JobKind, NewRun, RunQueue, RunRow, new_run
from piecework.spec import jsons
from piecework.spec.flow import FlowStatus
from piecework.spec.piece import HandshakeStrategy
from piecework.spec.run import RunEnvironment

PARENT_RUN = "ap-parent-run-id"
FAIL_PARENT = "ap-fail-parent-on-failure"


class Mode(StrEnum):
    """What the path behind the flow's id asks for."""

    LIVE = ""
    LIVE_SYNC = "sync"
    DRAFT = "draft"
    DRAFT_SYNC = "draft/sync"
    TEST = "test"


class SampleEvents(Protocol):
    """Where calls of the test URL are kept."""

    async def save(self, project_id: str, flow_id: str, source_name: str, payload: Any) -> Any:
        """Keep a trigger's output as sample data of its flow."""
        ...


ServicesFor = Callable[[str, str, str], Services]
"""(project id, flow id, prefix of its store's keys) → what the flow's steps and trigger may use."""

SYNC_MODES = frozenset({Mode.LIVE_SYNC, Mode.DRAFT_SYNC})
LIVE_MODES = frozenset({Mode.LIVE, Mode.LIVE_SYNC})


GONE = Answer(410, {})
DISABLED = Answer(404, {})
ACCEPTED = Answer(200, {})


class WebhookService:
    """See the module."""

    def __init__(
        self,
        flows: FlowService,
        programs: ProgramService,
        events: SampleEvents,
        queue: RunQueue,
        callers: Callers,
        progress: Progress,
        services: ServicesFor,
        server: Server,
        metrics: Metrics,
        runs: RunService,
        recent: RecentKeys,
        timeout_seconds: float,
    ) -> None:
        self._flows = flows
        self._programs = programs
        self._events = events
        self._queue = queue
        self._callers = callers
        self._progress = progress
        self._services = services
        self._server = server
        self._metrics = metrics
        self._runs = runs
        self._recent = recent
        self._timeout = timeout_seconds

    async def flow(self, flow_id: str) -> FlowFacts | None:
        """The flow that is called, None if there is none."""
        return await self._flows.flow_facts(flow_id)

    def services(self, facts: FlowFacts) -> Services:
        """What the trigger may use: the project's store, files and connections."""
        return self._services(facts.project_id, facts.id, "")

    async def call(self, facts: FlowFacts, mode: Mode, payload: dict[str, Any]) -> Answer:
        """Take a call whose payload was read. Raises nothing that the caller has caused: it is all in the answer."""
        live = mode in LIVE_MODES
        version_id = (facts.published_version_id if live else None) or facts.latest_version_id
        program = await self._programs.get(version_id)
        if program is None:
            return GONE
        prepared: PreparedTrigger = program.trigger_handle
        shaken = _handshake(prepared, payload)
        if shaken is not None:
            return await self._shake_hands(facts, version_id, program, payload) or shaken
        if live and facts.status != FlowStatus.ENABLED:
            return DISABLED
        services = self._services(facts.project_id, facts.id, TEST_STORE if mode is Mode.TEST else "")
        try:
            outputs, key = await self._outputs(facts, version_id, program, payload, services)
        except WebhookAuthFailed as error:
            return Answer(401, {"message": str(error)})
        except PayloadRejected as error:
            return _rejected(error)
        except Exception as error:
            failed = failure(error, now_ms(), 0, services.secrets.scrub_text)
            if mode is Mode.TEST:
                return Answer(409, {"code": "TRIGGER_EXECUTION_FAILED", "params": {"message": failed.message}})
            return await self._failed(facts, version_id, program, mode, payload, failed)
        if mode is Mode.TEST:
            for output in outputs:
                await self._events.save(facts.project_id, facts.id, source_name(program), output)
            return ACCEPTED
        return await self._run(facts, version_id, mode, outputs, payload, key)

    async def _failed(
        self, facts: FlowFacts, version_id: str, program: Program, mode: Mode, payload: dict[str, Any], failed: StepFailed
    ) -> Answer:
        """The trigger could do nothing with the call, which must not be lost: a run that failed keeps it."""
        try:
            run = await self._new_run(facts, version_id, mode, payload["body"], payload["headers"])
        except TooManyCalls as error:
            return Answer(409, {"code": "SUBFLOW_FAILED", "params": {"message": str(error)}})
        await self._runs.add_failed_call(run, program.trigger, payload, failed)
        self._metrics.runs[str(run.status)] += 1
        return answer_of(CallerAnswer(run.id, failed=run.status)) if mode in SYNC_MODES else ACCEPTED

    async def _shake_hands(self, facts: FlowFacts, version_id: str, program: Program, payload: dict[str, Any]) -> Answer | None:
        """What the trigger itself says to a sender that announces itself; None if it leaves that to us."""
        trigger = program.trigger_handle.trigger
        if trigger.hooks.on_handshake is None:
            return None
        services = self.services(facts)
        try:
            context, props = await self._opened(facts, version_id, program, payload, services)
            said = services.secrets.scrub(await call(trigger.hooks.on_handshake, context, props) or {})
        except (PieceError, SandboxError) as error:
            message = services.secrets.scrub_text(error_message(error))
            return Answer(409, {"code": "TRIGGER_EXECUTION_FAILED", "params": {"message": message}})
        return Answer(int(said.get("status") or 200), said.get("body"), said.get("headers"))

    async def _outputs(
        self, facts: FlowFacts, version_id: str, program: Program, payload: dict[str, Any], services: Services
    ) -> tuple[list[Any], str | None]:
        """The outputs, and what tells this call from every other, if the trigger knows that."""
        context, props = await self._opened(facts, version_id, program, payload, services)
        outputs = services.secrets.scrub(await trigger_payloads(program, context, props))
        return self._recent.fresh(facts.id, outputs), context.idempotency_key

    async def _opened(
        self, facts: FlowFacts, version_id: str, program: Program, payload: dict[str, Any], services: Services
    ) -> TriggerCall:
        whose = trigger_facts(program, facts.project_id, facts.id, version_id, self._server)
        return await open_trigger(program, services, whose, payload=payload)

    async def _run(
        self, facts: FlowFacts, version_id: str, mode: Mode, outputs: list[Any], payload: dict[str, Any], key: str | None
    ) -> Answer:
        try:
            runs = [await self._new_run(facts, version_id, mode, output, payload["headers"]) for output in outputs]
        except TooManyCalls as error:
            return Answer(409, {"code": "SUBFLOW_FAILED", "params": {"message": str(error)}})
        keys = [self._recent.key_of(facts.id, output) for output in outputs]
        contents = [jsons.dumps(without_key(output)) for output in outputs]
        if key is not None:
            for number, run in enumerate(runs):
                run.id = derived_id("call", mode, facts.id, key, str(number))
        if mode in SYNC_MODES:
            self._recent.remember(keys)  # its sender may call again before it has its answer
            return await self._run_and_wait(runs[0], contents[0], once=key is not None) if runs else NO_RESPONSE
        await self._begin(facts, runs, contents, once=key is not None)
        self._recent.remember(keys)
        return ACCEPTED

    async def _begin(self, facts: FlowFacts, runs: list[RunRow], contents: list[bytes], *, once: bool) -> None:
        """Write the runs of an asynchronous call. ``once``: their ids say which call it is, and a second one like it begins nothing."""
        if once:
            begun = await self._queue.enqueue_all([NewRun(run, content) for run, content in zip(runs, contents, strict=True)])
            for run in runs:
                if run.id in (begun or ()):
                    announce_queued(self._progress, run)
            return
        for run, content in zip(runs, contents, strict=True):
            if run.parent_waitpoint_id is not None:  # a step that calls again after a crash means the same call
                run.id = derived_id("call", facts.id, run.parent_waitpoint_id, sha256(content).hexdigest())
                if await self._runs.exists(run.id):
                    continue
            await self._queue.enqueue(run, JobKind.BEGIN, content)
            announce_queued(self._progress, run)

    async def _new_run(self, facts: FlowFacts, version_id: str, mode: Mode, output: Any, headers: Mapping[str, str]) -> RunRow:
        environment = RunEnvironment.PRODUCTION if mode in LIVE_MODES else RunEnvironment.TESTING
        run = new_run(facts.project_id, facts.id, version_id, environment)
        if PARENT_RUN in headers:
            run.parent_run_id, run.fail_parent_on_failure, run.parent_waitpoint_id = await self._parent(facts, output, headers)
        return run

    async def _parent(self, facts: FlowFacts, output: Any, headers: Mapping[str, str]) -> Parent:
        """The run that the caller's headers name. Anybody can send them: a run that the flow's project does not have is not believed in."""
        run_id = str(headers[PARENT_RUN])
        fails = str(headers.get(FAIL_PARENT, "")).lower() == "true"
        callback = cast("dict[str, Any]", output).get("callbackUrl") if isinstance(output, dict) else None
        link = read_resume_link(callback) if isinstance(callback, str) else None
        waitpoint_id = link.waitpoint_id if link is not None and link.run_id == run_id else None
        return await self._runs.parent(run_id, facts.project_id, fails=fails, waitpoint_id=waitpoint_id)

    async def _run_and_wait(self, run: RunRow, payload: bytes, *, once: bool) -> Answer:
        started = perf_counter()
        expected = self._callers.expect(run.id)
        if not once:
            self._queue.offer(run, payload)
        elif not await self._queue.enqueue_all([NewRun(run, payload)]):
            self._callers.forget(expected)
            return ACCEPTED
        answer = await self._callers.wait(expected, self._timeout)
        self._metrics.responded((perf_counter() - started) * 1000, outcome_of(answer))
        return answer_of(answer)


def _rejected(error: PayloadRejected) -> Answer:
    """The 400 that says which fields of the call are not what the trigger takes."""
    fields: dict[str, list[str]] = {}
    for problem in error.problems:
        fields.setdefault(problem.property, []).append(problem.message)
    body = {"statusCode": 400, "code": ErrorCode.VALIDATION.value, "error": "Bad Request", "message": str(error)}
    return Answer(400, {**body, "params": {"message": str(error), "fields": fields}})


def _handshake(prepared: PreparedTrigger, payload: dict[str, Any]) -> Answer | None:
    """The answer to a sender that announces itself, None for an ordinary call. The parameter that it sends is what it gets back."""
    if prepared.trigger is None:
        return None
    handshake = prepared.trigger.handshake
    name = handshake.param or ""
    match handshake.strategy:
        case HandshakeStrategy.HEADER_PRESENT:
            token = payload["headers"].get(name.lower())
        case HandshakeStrategy.QUERY_PRESENT:
            token = payload["queryParams"].get(name)
        case HandshakeStrategy.BODY_PARAM_PRESENT:
            token = payload["body"].get(name) if isinstance(payload["body"], dict) else None
        case HandshakeStrategy.HEAD_REQUEST:
            return Answer(200) if payload["method"] == "HEAD" else None
        case _:
            return None
    return None if token is None else Answer(200, token)
