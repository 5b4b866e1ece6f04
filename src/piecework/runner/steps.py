"""One step's work: a piece's action or a code step, from resolved input to the event that reports how it went.

The pipeline is resolve → censor (both the engine's) → process and validate → run (spec/engine.md §2). Hooks that the piece called are read
afterwards and handed to the engine, which alone decides what they mean.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import perf_counter, time
from typing import Any

from piecework.engine.commands import EvaluateExpressions, ExecuteStep, PausedStep, Response
from piecework.engine.events import ExpressionsEvaluated, OutcomeKind, StepFailed, StepSucceeded
from piecework.engine.expressions import UNDEFINED, Question
from piecework.engine.program import Program, WorkNode
from piecework.runner.catalogue import Catalogue
from piecework.runner.errors import PieceMissing, failure
from piecework.runner.secrets import Secrets
from piecework.runner.services import Services, secret_answer
from piecework.runner.triggers import prepare_trigger
from piecework.sandbox.language import Language, detect_language
from piecework.sandbox.pool import SandboxPool
from piecework.sdk import Action, ActionContext, auth_value
from piecework.sdk.context import Outcome
from piecework.sdk.context import Response as PieceResponse
from piecework.sdk.services import Server
from piecework.spec.flow import ActionType


def no_waitpoint(step: str) -> str:
    """Of runs that nobody can resume."""
    return ""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Who the run is. ``test``: pieces run their ``test`` where they have one.

    ``waitpoint_id`` gives the id that a pause of the step at a place (``step_path``) will get in this turn of the run. ``trigger_output``: what
    the run began with.
    """

    run_id: str
    flow_id: str
    flow_version_id: str
    project_id: str
    services: Services
    server: Server
    test: bool = False
    waitpoint_id: Callable[[str], str] = no_waitpoint
    trigger_output: Any = None


@dataclass(frozen=True, slots=True)
class CodeScript:
    """A code step, compiled: what the sandbox takes."""

    language: Language
    script: str


def work_of(node: WorkNode) -> tuple[str, str]:
    """The piece and the action of a step, for those who count: names of installed pieces, ``code`` and its language, or ``unknown``."""
    handle = node.handle
    if isinstance(handle, Action):
        return node.settings["pieceName"], handle.name
    return ("code", handle.language.value.lower()) if isinstance(handle, CodeScript) else ("unknown", "unknown")


def now_ms() -> float:
    return time() * 1000


class StepRunner:
    """Executes single commands. One a process; runs share it."""

    def __init__(self, catalogue: Catalogue, sandbox: SandboxPool) -> None:
        self._catalogue = catalogue
        self._sandbox = sandbox

    async def prepare(self, program: Program, scripts: Mapping[str, str] | None = None) -> None:
        """Resolve the trigger and every step's action or script once, so that running finds them at hand.

        :param scripts: compiled code by step name, as it was kept when the version was saved; steps that are not in it are compiled now.
        A step whose piece is missing or whose code does not compile is not an error here: it fails when it is reached, saying so.
        """
        program.trigger_handle = prepare_trigger(program, self._catalogue)
        for node in program.nodes.values():
            if isinstance(node, WorkNode):
                try:
                    node.handle = await self._resolve(node, (scripts or {}).get(node.name))
                except Exception as error:
                    node.handle = error

    async def _resolve(self, node: WorkNode, script: str | None) -> Action | CodeScript:
        settings = node.settings
        if node.kind is ActionType.CODE:
            source = settings["sourceCode"]
            language = detect_language(source)
            if language is not Language.JAVASCRIPT:
                return CodeScript(language, source["code"])
            return CodeScript(language, script if script is not None else await self._sandbox.compile(source["code"]))
        name, version, action_name = settings.get("pieceName"), settings.get("pieceVersion"), settings.get("actionName")
        piece = self._catalogue.for_step(str(name), version, str(action_name))
        if piece is None:
            raise PieceMissing(f"The piece {name}@{version} is not installed")
        action = piece.actions.get(str(action_name))
        if action is None:
            raise PieceMissing(f"The piece {name}@{version} has no action {action_name!r}")
        return action

    def is_pure(self, node: WorkNode) -> bool:
        """True when running the step twice does nothing that running it once did not."""
        handle = node.handle
        return not isinstance(handle, Action) or handle.pure

    async def answer(self, command: EvaluateExpressions, run: RunFacts) -> ExpressionsEvaluated | StepFailed:
        """Answer the engine's questions: connections and variables from the services, the rest as JavaScript in the sandbox."""
        started = perf_counter()
        answers: dict[tuple[str, str], Any] = {}
        piece = command.node.settings.get("pieceName") if isinstance(command.node, WorkNode) else None
        try:
            scripts: list[Question] = []
            for question in command.questions:
                if question.kind == "javascript":
                    scripts.append(question)
                else:
                    answers[question.kind, question.text] = await secret_answer(question, run.services, piece)
            if scripts:
                texts = [question.text for question in scripts]
                results = await self._sandbox.evaluate(texts, command.scope, group=run.project_id)
                for text, result in zip(texts, results, strict=True):
                    answers["javascript", text] = result.value if result.ok else UNDEFINED
        except Exception as error:
            return failure(error, now_ms(), _ms_since(started), run.services.secrets.scrub_text)
        return ExpressionsEvaluated(answers, now_ms())

    def execute(self, command: ExecuteStep, run: RunFacts) -> StepSucceeded | StepFailed | Awaitable[StepSucceeded | StepFailed]:
        """Do the step's work. Actions that are plain functions answer at once, everything else gives an awaitable.

        What comes back holds none of the run's secrets.
        """
        result = self._execute(command, run)
        secrets = run.services.secrets
        if not isinstance(result, tuple):
            return _scrubbed_later(result, secrets)
        return secrets.scrub_event(result) if secrets else result

    def _execute(self, command: ExecuteStep, run: RunFacts) -> StepSucceeded | StepFailed | Awaitable[StepSucceeded | StepFailed]:
        handle = command.node.handle
        started = perf_counter()
        if isinstance(handle, CodeScript):
            return self._run_code(handle, command, run, started)
        if not isinstance(handle, Action):
            error = handle if isinstance(handle, Exception) else PieceMissing("The step was not prepared")
            return failure(error, now_ms(), 0, run.services.secrets.scrub_text)
        try:
            raw: Mapping[str, Any] = command.input
            context = _context(command, run, auth_value(raw.get("auth")))
            settings: Mapping[str, Any] = command.node.settings.get("propertySettings") or {}
            props = handle.process(raw, settings)
            if handle.loads_files(settings):
                return self._run_with_files(handle, context, props, settings, run, started)
            output = handle.invoke(context, props)
            if inspect.isawaitable(output):
                return _finish_later(output, context, run, started)
            return _succeeded(output, context, started)
        except Exception as error:
            return failure(error, now_ms(), _ms_since(started), run.services.secrets.scrub_text)

    async def _run_with_files(
        self, action: Action, context: ActionContext, props: dict[str, Any], settings: Mapping[str, Any], run: RunFacts, started: float
    ) -> StepSucceeded | StepFailed:
        try:
            props = await action.resolve_files(props, context.files, settings)
            output = action.invoke(context, props)
            if inspect.isawaitable(output):
                output = await output
            return _succeeded(output, context, started)
        except Exception as error:
            return failure(error, now_ms(), _ms_since(started), run.services.secrets.scrub_text)

    async def _run_code(self, code: CodeScript, command: ExecuteStep, run: RunFacts, started: float) -> StepSucceeded | StepFailed:
        try:
            result = await self._sandbox.run_code(code.script, command.input, language=code.language, group=run.project_id)
        except Exception as error:
            return failure(error, now_ms(), _ms_since(started), run.services.secrets.scrub_text)
        return StepSucceeded(result.value, now_ms(), _ms_since(started), logs=result.stdout)


def _context(command: ExecuteStep, run: RunFacts, auth: Any) -> ActionContext:
    name, place = command.node.name, step_path(command)
    services = run.services
    context = ActionContext(
        store=services.store,
        files=services.files,
        http=services.http,
        connections=services.connections,
        flows=services.flows,
        databases=services.databases,
        auth=auth,
        step_name=name,
        flow_id=run.flow_id,
        flow_version_id=run.flow_version_id,
        run_id=run.run_id,
        project_id=run.project_id,
        idempotency_key=f"{run.run_id}:{place}",
        waitpoint_id=lambda: run.waitpoint_id(place),
        execution_type="RESUME" if command.resumed else "BEGIN",
        resume_payload=command.resume_payload,
        trigger_output=run.trigger_output,
        server=run.server,
        test=run.test,
    )
    context.run.step_path = place
    return context


def step_path(command: ExecuteStep | PausedStep) -> str:
    """The step's name with the loops around it, as waitpoints carry it: ``loop_1:3/approval`` is in the third iteration (spec/engine.md §5)."""
    return "/".join([*(f"{loop}:{index + 1}" for loop, index in command.path), command.node.name])


async def _finish_later(output: Awaitable[Any], context: ActionContext, run: RunFacts, started: float) -> StepSucceeded | StepFailed:
    try:
        return _succeeded(await output, context, started)
    except Exception as error:
        return failure(error, now_ms(), _ms_since(started), run.services.secrets.scrub_text)


async def _scrubbed_later(result: Awaitable[StepSucceeded | StepFailed], secrets: Secrets) -> StepSucceeded | StepFailed:
    event = await result
    return secrets.scrub_event(event) if secrets else event


def _succeeded(output: Any, context: ActionContext, started: float) -> StepSucceeded:
    hooks = context.run
    outcome: Outcome = hooks.outcome
    if outcome.kind == "none" and hooks.tags is None:
        return StepSucceeded(output, now_ms(), _ms_since(started))
    return StepSucceeded(
        output,
        now_ms(),
        _ms_since(started),
        outcome=OutcomeKind(outcome.kind),
        response=_response(outcome.response),
        pause=outcome.pause,
        tags=tuple(hooks.tags or ()),
    )


def _response(response: PieceResponse | None) -> Response | None:
    return None if response is None else Response(response.status, response.body, response.headers)


def _ms_since(started: float) -> float:
    return (perf_counter() - started) * 1000
