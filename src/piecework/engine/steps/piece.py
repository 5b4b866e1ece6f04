"""PIECE and PIECE_TRIGGER: an action or a trigger of a piece (spec/flow-json.md §2, §3)."""

import re
from collections.abc import Iterator
from typing import Any, Final

from piecework.engine.steps import failure_branches
from piecework.engine.steps.kind import COMMON_SETTINGS, ERROR_HANDLING, StepKind, step_shape
from piecework.spec.flow import ActionType, Step, TriggerType
from piecework.spec.shape import Check, Problem, described, join, members, optional, record, string

_VERSION = re.compile(r"[~^]?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")


@described({"type": "string", "pattern": f"^{_VERSION.pattern}$"})
def _version(value: Any, path: str) -> Iterator[Problem]:
    yield from string(value, path)
    if isinstance(value, str) and not _VERSION.fullmatch(value):
        yield Problem(path, "Invalid string: must be an exact version such as 0.3.15")


@described({"type": "object", "additionalProperties": {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}}})
def _property_settings(value: Any, path: str) -> Iterator[Problem]:
    yield from record(value, path)
    for name, setting in value.items() if isinstance(value, dict) else ():
        yield from members(type=string)(setting, join(path, name))


_PIECE_SETTINGS: Final[dict[str, Check]] = {
    **COMMON_SETTINGS,
    "pieceName": string,
    "pieceVersion": _version,
    "input": record,
    "propertySettings": _property_settings,
}


def _action_obstacles(step: Step) -> Iterator[Problem]:
    if not step["settings"].get("actionName"):
        yield Problem("settings.actionName", "No action is chosen")


def _trigger_obstacles(step: Step) -> Iterator[Problem]:
    if not step["settings"].get("triggerName"):
        yield Problem("settings.triggerName", "No trigger is chosen")


PIECE: Final = StepKind(
    type=ActionType.PIECE,
    shape=step_shape(
        members(**_PIECE_SETTINGS, actionName=optional(string), errorHandlingOptions=ERROR_HANDLING),
        continueOnFailureBranches=failure_branches.SHAPE,
    ),
    child_slots=failure_branches.failure_slots,
    child_fields=(failure_branches.FIELD,),
    obstacles=_action_obstacles,
    needs_piece=True,
)

PIECE_TRIGGER: Final = StepKind(
    type=TriggerType.PIECE,
    shape=step_shape(members(**_PIECE_SETTINGS, triggerName=optional(string))),
    is_trigger=True,
    obstacles=_trigger_obstacles,
    needs_piece=True,
)
