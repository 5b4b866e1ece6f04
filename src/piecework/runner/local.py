"""Running a flow document inside any program: no server, no database, nothing left behind.

The engine, the pieces and the sandbox are the server's. What is missing is what a server adds: durability, other runs and people. The store and the
files are in memory and end with the run; the sandbox's processes are started when the first code step or JavaScript expression needs them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4, uuid5

from piecework.engine.commands import Command, ExecuteStep, FailedStep, Finish, Pause, Response, StepPath, WaitForRetry
from piecework.engine.edit.imports import import_flow
from piecework.engine.edit.version import EditContext
from piecework.engine.events import Event, RunRestored, RunStarted, StepFailed, StepSucceeded
from piecework.engine.interruption import fail_in_flight
from piecework.engine.program import Program, compile_program
from piecework.engine.state import RunState, StepRecord, restore
from piecework.engine.validation import version_problems
from piecework.runner.catalogue import Catalogue
from piecework.runner.databases import MemoryDatabases
from piecework.runner.documents import FlowDocument, read_document, the_only_flow
from piecework.runner.drive import drive
from piecework.runner.http import PooledHttp
from piecework.runner.memory import MemoryConnections, MemoryFiles, MemoryVariables
from piecework.runner.quiet_logs import quiet_logs
from piecework.runner.secrets import Secrets
from piecework.runner.services import Services
from piecework.runner.steps import RunFacts, StepRunner, now_ms
from piecework.runner.triggers import (
    PreparedTrigger,
    hears_starts,
    open_run_trigger,
    tell_of_start,
    trigger_payloads,
)
from piecework.sandbox.pool import SandboxPool
from piecework.sdk import DelayPause, PieceError, Server, WebhookPause
from piecework.sdk.testing import MemoryStore
from piecework.spec.flow import InvalidFlow
from piecework.spec.piece import TriggerStrategy
from piecework.spec.run import FlowRunStatus

DEFAULT_TIMEOUT = 600.0
"""Seconds; what AP_FLOW_TIMEOUT_SECONDS gives a run on a server."""

PROJECT = "local"
CALL_FIELDS = frozenset({"method", "headers", "body", "queryParams", "rawBody"})
_NO_CALL: dict[str, Any] = {"body": {}, "headers": {}, "queryParams": {}}


class NotTriggered(PieceError):
    """The trigger took the payload and gave nothing that a run could start with."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended.

    ``status`` is final, or PAUSED where the flow waits for a call or longer than the timeout. ``steps`` is the wire's run log: by step name
    ``{type, status, input, output, duration, startedAt?, attempts?, errorMessage?}``, a loop's inner steps in its ``output.iterations``.
    ``response`` is what the caller of a webhook gets, None if no step answered. ``failed_step`` has ``name``, ``display_name`` and ``message``.
    """

    status: FlowRunStatus
    steps: dict[str, StepRecord]
    response: Response | None = None
    failed_step: FailedStep | None = None
    tags: tuple[str, ...] = ()

    @property
    def succeeded(self) -> bool:
        """True for a run that came to its end."""
        return self.status is FlowRunStatus.SUCCEEDED

    def output(self, step: str) -> Any:
        """The output of a step on the flow's own level. Raises KeyError for one that did not run."""
        return self.steps[step].get("output")


def run_flow(
    document: FlowDocument,
    payload: Any = None,
    *,
    timeout: float | None = DEFAULT_TIMEOUT,
    connections: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
    services: Services | None = None,
) -> RunResult:
    """Run a flow and wait for it. See ``run_flow_async``; raises RuntimeError inside a running event loop, which it would block."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(
            run_flow_async(document, payload, timeout=timeout, connections=connections, variables=variables, services=services)
        )
    raise RuntimeError("run_flow() waits for the run and would block this event loop: use `await run_flow_async(...)`")


async def run_flow_async(
    document: FlowDocument,
    payload: Any = None,
    *,
    timeout: float | None = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - of the run, which ends TIMEOUT; nothing is raised
    connections: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
    services: Services | None = None,
) -> RunResult:
    """Run a flow once.

    :param document: a template, a flow as the API or the export gives it, a bare ``{displayName, trigger}``; parsed, as JSON text or as the path
        of a JSON file.
    :param payload: for a webhook the call's body; or, as a mapping with ``method`` or ``headers`` and nothing beside ``method``, ``headers``,
        ``body``, ``queryParams`` and ``rawBody``, the whole call. For other triggers their output; None asks the trigger itself.
    :param timeout: seconds for the whole run, delays included; None: no limit. A delay that would end later leaves the run PAUSED.
    :param connections: the values of connections by their external ids, as the wire stores them: with their ``type``.
    :param variables: the values of project variables by name.
    :param services: what pieces use in place of the store, files, HTTP and connections in memory; stays open.
    Raises InvalidFlow and jsons.InvalidJson for a document that is none, OSError for a file that cannot be read, PieceError (InvalidInput,
    WebhookAuthFailed, NotTriggered ...) where the trigger does not start a run. A step that fails raises nothing: the result says so.
    """
    program = _compile(document)
    sandbox = SandboxPool(size=2)
    http = PooledHttp()
    secrets = Secrets()
    vault = MemoryConnections(connections, secrets), MemoryVariables(variables, secrets)
    own = Services(MemoryStore(), MemoryFiles(http), http, *vault, secrets, databases=MemoryDatabases())
    with quiet_logs():
        try:
            runner = StepRunner(Catalogue.load(), sandbox)
            await runner.prepare(program)
            facts = _facts(services or own)
            output = await _trigger_output(program, facts, payload)
            if hears_starts(program):
                await tell_of_start(program, facts, output)
            return await LocalRun(program, runner, facts, timeout).go(output)
        finally:
            await sandbox.close()
            await http.close()


def _compile(document: FlowDocument) -> Program:
    raw = read_document(document)
    flow = the_only_flow(raw)
    version = import_flow(flow.request, EditContext(now=datetime.now(UTC).isoformat()), path=flow.path)
    problems = version_problems(version.trigger)
    if problems:
        raise InvalidFlow(problems)
    metadata = raw.get("metadata")
    return compile_program(version.trigger, metadata=metadata if isinstance(metadata, dict) else None)


def _facts(services: Services) -> RunFacts:
    run_id = uuid4()
    return RunFacts(
        run_id=run_id.hex,
        flow_id=PROJECT,
        flow_version_id=PROJECT,
        project_id=PROJECT,
        services=services,
        server=Server(),
        waitpoint_id=lambda step: uuid5(run_id, step).hex,
    )


async def _trigger_output(program: Program, facts: RunFacts, payload: Any) -> Any:
    prepared: PreparedTrigger = program.trigger_handle
    trigger = prepared.trigger
    is_webhook = trigger is not None and trigger.strategy in (TriggerStrategy.WEBHOOK, TriggerStrategy.APP_WEBHOOK)
    if payload is not None and not is_webhook:
        return payload
    context, props = await open_run_trigger(program, facts, webhook_call(payload) if is_webhook else None)
    outputs = await trigger_payloads(program, context, props)
    if not outputs:
        raise NotTriggered("The trigger did not start a run for this payload")
    return facts.services.secrets.scrub(outputs[0])


def webhook_call(payload: Any) -> dict[str, Any]:
    """The call that a webhook trigger gets: the given one with what it leaves out, or a POST with the payload as its body."""
    call: dict[str, Any] = {"method": "POST", "headers": {}, "body": {}, "queryParams": {}, "rawBody": ""}
    if isinstance(payload, Mapping) and payload.keys() <= CALL_FIELDS and ("method" in payload or "headers" in payload):
        return call | dict(payload)
    return call if payload is None else call | {"headers": {"content-type": "application/json"}, "body": payload}


class LocalRun:
    """Drives one run to its end. Implements ``RunHooks``: nothing is written down, and the first answer is kept."""

    watched = False

    def __init__(self, program: Program, runner: StepRunner, facts: RunFacts, limit: float | None) -> None:
        self._program = program
        self._runner = runner
        self._facts = facts
        self._limit = limit
        self._state = RunState()
        self._response: Response | None = None
        self._tags: dict[str, None] = {}
        self._pauses: dict[tuple[StepPath, str], Any] = {}

    async def go(self, trigger_output: Any) -> RunResult:
        """Drive the run until it ends or waits for what no program alone can bring."""
        deadline = None if self._limit is None else asyncio.get_running_loop().time() + self._limit
        event: Event = RunStarted(trigger_output, now_ms())
        try:
            async with asyncio.timeout_at(deadline):
                while True:
                    command = await drive(self._program, self._state, event, self._facts, self._runner, self)
                    if isinstance(command, Finish):
                        return self._result(command.status, command.failed_step, command.response)
                    self._note_pauses(command)
                    delay = self._next_delay(deadline)
                    if delay is None:
                        return self._result(FlowRunStatus.PAUSED)
                    seconds, step = delay
                    await asyncio.sleep(seconds)
                    event = self._resume(step)
        except TimeoutError:
            message = f"The run took longer than {self._limit:g} seconds"
            return self._result(FlowRunStatus.TIMEOUT, fail_in_flight(self._state, message, "TimeoutError"))

    def _note_pauses(self, command: Pause) -> None:
        pauses = {(step.path, step.node.name): step.pause for step in command.steps if not step.asleep}
        self._pauses.update(pauses)
        for pause in pauses.values():
            if isinstance(pause, WebhookPause) and pause.response is not None:
                self._keep(Response(pause.response.status, pause.response.body, pause.response.headers))

    def _next_delay(self, deadline: float | None) -> tuple[float, tuple[StepPath, str]] | None:
        """The delay that is over first, in seconds, with its step; None if the run waits for somebody, or too long."""
        ends = [(pause.until, step) for step, pause in self._pauses.items() if isinstance(pause, DelayPause)]
        if not ends:
            return None
        until, step = min(ends, key=lambda end: end[0])
        seconds = max(0.0, (until - datetime.now(UTC)).total_seconds())
        in_time = deadline is None or asyncio.get_running_loop().time() + seconds < deadline
        return (seconds, step) if in_time else None

    def _resume(self, step: tuple[StepPath, str]) -> Event:
        del self._pauses[step]
        self._tags |= self._state.tags
        self._state = restore(self._state.steps, resume_step=step, resume_payload=dict(_NO_CALL), responded=self._state.responded)
        return RunRestored(now_ms())

    def _result(self, status: FlowRunStatus, failed: FailedStep | None = None, response: Response | None = None) -> RunResult:
        if response is not None:
            self._keep(response)
        return RunResult(status, self._state.steps, self._response, failed, tuple(self._tags | self._state.tags))

    def _keep(self, response: Response) -> None:
        if self._response is None:
            self._response = response

    # RunHooks

    async def before_effect(self, command: ExecuteStep) -> None:
        """Nothing to make durable."""

    def after_effect(self) -> None:
        """Nothing to make durable; drops the list of changes that only a journal reads."""
        self._state.changes.clear()

    async def respond(self, response: Response) -> None:
        """Keep the answer to the caller."""
        self._keep(response)

    def retry_waits(self, command: WaitForRetry) -> None:
        """Nobody else wants the place."""

    def executed(self, command: ExecuteStep, event: StepSucceeded | StepFailed, then: Command) -> None:
        """Nobody counts."""

    def step_started(self, command: ExecuteStep) -> None:
        """Nobody watches."""

    def step_ended(self, command: ExecuteStep) -> None:
        """Nobody watches."""
