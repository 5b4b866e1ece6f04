"""Triggers: from what came in (a webhook call, a poll that is due) to the outputs that start runs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from piecework.engine.expressions import UNDEFINED, Unresolved
from piecework.engine.program import Program
from piecework.runner.catalogue import Catalogue
from piecework.runner.errors import PieceMissing
from piecework.runner.services import Services, secret_answer
from piecework.sdk import Trigger, TriggerContext, auth_value
from piecework.sdk.services import Server, Store
from piecework.sdk.triggers import call
from piecework.spec.flow import TriggerType

if TYPE_CHECKING:
    from piecework.runner.steps import RunFacts


@dataclass(slots=True)
class PreparedTrigger:
    """A flow version's trigger with its input at hand. ``error`` says why it cannot be used; then ``trigger`` is None."""

    trigger: Trigger | None
    error: Exception | None
    settings: Mapping[str, Any]
    props: dict[str, Any] | None = None
    """Processed properties, kept when the input is the same for every call (it nearly always is)."""


def prepare_trigger(program: Program, catalogue: Catalogue) -> PreparedTrigger:
    """Find the trigger's piece. Nothing is raised: a flow whose trigger is missing can still be looked at."""
    settings: Mapping[str, Any] = program.trigger.get("settings") or {}
    if program.trigger.get("type") != TriggerType.PIECE:
        return PreparedTrigger(None, PieceMissing("The flow has no trigger"), settings)
    name, version, trigger_name = settings.get("pieceName"), settings.get("pieceVersion"), settings.get("triggerName")
    piece = catalogue.for_step(str(name), version, str(trigger_name))
    trigger = piece.triggers.get(str(trigger_name)) if piece else None
    if piece is None:
        return PreparedTrigger(None, PieceMissing(f"The piece {name}@{version} is not installed"), settings)
    if trigger is None:
        return PreparedTrigger(None, PieceMissing(f"The piece {name}@{version} has no trigger {trigger_name!r}"), settings)
    return PreparedTrigger(trigger, None, settings)


class TriggerFacts(NamedTuple):
    """Whose trigger it is. ``test``: it is being tried, so that a sender registers the URL that keeps samples."""

    project_id: str
    flow_id: str
    flow_version_id: str
    server: Server
    piece: str = ""
    step_name: str = "trigger"
    test: bool = False


def trigger_facts(
    program: Program, project_id: str, flow_id: str, flow_version_id: str, server: Server, *, test: bool = False
) -> TriggerFacts:
    """The facts of a program's trigger."""
    settings = program.trigger.get("settings") or {}
    return TriggerFacts(project_id, flow_id, flow_version_id, server, str(settings.get("pieceName")), program.trigger["name"], test)


def trigger_context(
    facts: TriggerFacts,
    services: Services,
    auth: Any = None,
    *,
    payload: dict[str, Any] | None = None,
    store: Store | None = None,
    run_id: str = "",
) -> TriggerContext:
    """What a trigger's hook sees. ``store``: in the place of the services' own. ``run_id``: for ``on_start``."""
    url = f"{facts.server.public_url}v1/webhooks/{facts.flow_id}" if facts.server.public_url else ""
    return TriggerContext(
        store=store or services.store,
        files=services.files,
        http=services.http,
        connections=services.connections,
        flows=services.flows,
        payload=payload,
        auth=auth,
        step_name=facts.step_name,
        flow_id=facts.flow_id,
        flow_version_id=facts.flow_version_id,
        project_id=facts.project_id,
        webhook_url=f"{url}/test" if url and facts.test else url,
        app_secret=services.app_secrets.get(facts.piece),
        run_id=run_id,
        server=facts.server,
        test=facts.test,
    )


class TriggerInput(NamedTuple):
    """A trigger's processed properties, and its connection's value as ``ctx.auth`` has it (None without one)."""

    props: dict[str, Any]
    auth: Any


async def trigger_input(program: Program, services: Services) -> TriggerInput:
    """The trigger's input, resolved and processed. Raises what ``Trigger.process`` raises, PieceMissing, ConnectionProblem and VariableMissing."""
    prepared: PreparedTrigger = program.trigger_handle
    if prepared.trigger is None:
        assert prepared.error is not None
        raise prepared.error
    if prepared.props is not None:
        return TriggerInput(prepared.props, None)
    answers: dict[tuple[str, str], Any] = {}
    try:
        raw = program.trigger_input.evaluate({}, answers)
    except Unresolved as open_questions:
        for question in open_questions.questions:
            is_script = question.kind == "javascript"
            piece = prepared.settings.get("pieceName")
            answers[question.kind, question.text] = UNDEFINED if is_script else await secret_answer(question, services, piece)
        raw = program.trigger_input.evaluate({}, answers)
    props = prepared.trigger.process(raw, prepared.settings.get("propertySettings") or {})
    if program.trigger_input.constant:
        prepared.props = props
    return TriggerInput(props, auth_value(raw.get("auth")))


class TriggerCall(NamedTuple):
    """What a hook of a trigger is called with."""

    context: TriggerContext
    props: dict[str, Any]


async def open_trigger(
    program: Program, services: Services, whose: TriggerFacts, *, payload: Any = None, store: Store | None = None, run_id: str = ""
) -> TriggerCall:
    """A program's trigger, ready to be called. Raises what ``trigger_input`` does; the rest is ``trigger_context``'s."""
    props, auth = await trigger_input(program, services)
    return TriggerCall(trigger_context(whose, services, auth, payload=payload, store=store, run_id=run_id), props)


async def open_run_trigger(program: Program, facts: RunFacts, payload: Any, *, run_id: str = "") -> TriggerCall:
    """The trigger of a run's flow, with what it was handed. Raises what ``trigger_input`` does."""
    whose = trigger_facts(program, facts.project_id, facts.flow_id, facts.flow_version_id, facts.server)
    return await open_trigger(program, facts.services, whose, payload=payload, run_id=run_id)


async def trigger_payloads(program: Program, context: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
    """The outputs that this event gives, each of which starts a run; for a webhook nearly always exactly one."""
    trigger: Trigger = program.trigger_handle.trigger
    outputs = trigger.payloads(context, props)
    return await outputs if inspect.isawaitable(outputs) else outputs


def hears_starts(program: Program) -> bool:
    """Whether the trigger wants to know of each run before its first step."""
    trigger: Trigger | None = program.trigger_handle.trigger
    return trigger is not None and trigger.hooks.on_start is not None


async def tell_of_start(program: Program, facts: RunFacts, output: Any) -> None:
    """Tell the trigger that a run begins (spec/engine.md §4, executeOnStart). ``output``: what the run begins with.

    Raises what the trigger raises, and what ``trigger_input`` does.
    """
    context, props = await open_run_trigger(program, facts, output, run_id=facts.run_id)
    await call(program.trigger_handle.trigger.hooks.on_start, context, props)


def source_name(program: Program) -> str:
    """How sample events name where they come from: ``@activepieces/piece-webhook@0.1:catch_webhook``, the version without its patch number
    (recordings/trigger-events.json)."""
    settings = program.trigger_handle.settings
    version = ".".join(str(settings.get("pieceVersion", "")).lstrip("~^").split(".")[:2])
    return f"{settings.get('pieceName')}@{version}:{settings.get('triggerName')}"
