"""Triggers: from what came in (a webhook call, a poll that is due) to the outputs that start runs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from piecework.engine.expressions import UNDEFINED, Unresolved
from piecework.engine.program import Program
from piecework.runner.catalogue import Catalogue
from piecework.runner.errors import ConnectionMissing, PieceMissing, texts_in
from piecework.sdk import Trigger, TriggerContext
from piecework.sdk.services import Connections
from piecework.spec.flow import TriggerType


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
    piece = catalogue.get(str(name), version)
    trigger = piece.triggers.get(str(trigger_name)) if piece else None
    if piece is None:
        return PreparedTrigger(None, PieceMissing(f"The piece {name}@{version} is not installed"), settings)
    if trigger is None:
        return PreparedTrigger(None, PieceMissing(f"The piece {name}@{version} has no trigger {trigger_name!r}"), settings)
    return PreparedTrigger(trigger, None, settings)


async def trigger_props(program: Program, connections: Connections, secrets: set[str] | None = None) -> dict[str, Any]:
    """The trigger's properties, resolved and processed; ``secrets`` gets the texts of the connections in them.

    Raises what ``Trigger.process`` raises, PieceMissing and ConnectionMissing.
    """
    prepared: PreparedTrigger = program.trigger_handle
    if prepared.trigger is None:
        assert prepared.error is not None
        raise prepared.error
    if prepared.props is not None:
        return prepared.props
    answers: dict[tuple[str, str], Any] = {}
    try:
        raw = program.trigger_input.evaluate({}, answers)
    except Unresolved as open_questions:
        for question in open_questions.questions:
            answers[question.kind, question.text] = UNDEFINED
            if question.kind == "connection":
                value = await connections.get(question.text)
                if value is None:
                    raise ConnectionMissing(f"The connection {question.text!r} does not exist in this project") from None
                answers[question.kind, question.text] = value
                if secrets is not None:
                    secrets.update(texts_in(value))
        raw = program.trigger_input.evaluate({}, answers)
    props = prepared.trigger.process(raw, prepared.settings.get("propertySettings") or {})
    if program.trigger_input.constant:
        prepared.props = props
    return props


async def trigger_payloads(program: Program, context: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
    """The outputs that this event gives, each of which starts a run; for a webhook nearly always exactly one."""
    trigger: Trigger = program.trigger_handle.trigger
    outputs = trigger.payloads(context, props)
    return await outputs if inspect.isawaitable(outputs) else outputs


def source_name(program: Program) -> str:
    """How sample events name where they come from: ``@activepieces/piece-webhook@0.1:catch_webhook``, the version without its patch number
    (recordings/trigger-events.json)."""
    settings = program.trigger_handle.settings
    version = ".".join(str(settings.get("pieceVersion", "")).lstrip("~^").split(".")[:2])
    return f"{settings.get('pieceName')}@{version}:{settings.get('triggerName')}"
