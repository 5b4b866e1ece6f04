"""IMPORT_FLOW: a version replaced by a document of any readable schema."""

from dataclasses import replace
from typing import Any

from piecework.engine.edit.notes import new_note
from piecework.engine.edit.steps import with_sample_data
from piecework.engine.edit.version import EditContext, Note, Version
from piecework.engine.migrate import migrate, pin_version
from piecework.engine.steps import kind_of
from piecework.engine.tree import transform
from piecework.engine.validation import parse_trigger
from piecework.spec.flow import InvalidFlow, Step
from piecework.spec.operations import REQUESTS, OperationType
from piecework.spec.shape import join


def import_flow(request: dict[str, Any], context: EditContext, *, path: str = "request") -> Version:
    """The version that an IMPORT_FLOW request describes: migrated, checked, dated now, without the sample data of where it came from.

    Raises InvalidFlow with paths below ``path``.
    """
    if problems := list(REQUESTS[OperationType.IMPORT_FLOW](request, path)):
        raise InvalidFlow(problems)
    trigger = parse_trigger(_migrated(request, path), path=f"{path}.trigger")
    notes: list[Note] = request.get("notes") or []
    return Version(
        display_name=request["displayName"],
        trigger=transform(trigger, lambda step: _as_new(step, context.now)),
        notes=tuple(new_note(note, context) for note in notes),
    )


def _migrated(request: dict[str, Any], path: str) -> Step:
    try:
        return migrate(request["trigger"], request.get("schemaVersion"))
    except InvalidFlow as error:
        raise InvalidFlow([replace(problem, path=join(path, problem.path)) for problem in error.problems]) from error


def _as_new(step: Step, now: str) -> Step:
    """As 0.83 stores an imported step: actions keep an empty ``sampleData``, triggers none (recorded)."""
    return with_sample_data({**pin_version(step), "lastUpdatedDate": now}, None if kind_of(step).is_trigger else {})
