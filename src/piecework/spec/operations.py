"""Requests of ``POST /flows/:id``: the 26 flow operations (spec/api.md §3.1).

``parse_operation`` checks the envelope and every field but the settings of a step, which only the step kinds know: the engine checks those
when the operation is applied. An operation's request stays plain JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from piecework.spec.flow import FlowStatus, NoteColor, StepLocation
from piecework.spec.shape import (
    UNDEFINED,
    Check,
    Problem,
    anything,
    array,
    boolean,
    choice,
    fastify_message,
    integer,
    members,
    nullable,
    number,
    optional,
    record,
    string,
    text,
)


class OperationType(StrEnum):
    LOCK_AND_PUBLISH = "LOCK_AND_PUBLISH"
    CHANGE_STATUS = "CHANGE_STATUS"
    LOCK_FLOW = "LOCK_FLOW"
    CHANGE_FOLDER = "CHANGE_FOLDER"
    CHANGE_NAME = "CHANGE_NAME"
    IMPORT_FLOW = "IMPORT_FLOW"
    UPDATE_TRIGGER = "UPDATE_TRIGGER"
    ADD_ACTION = "ADD_ACTION"
    UPDATE_ACTION = "UPDATE_ACTION"
    DELETE_ACTION = "DELETE_ACTION"
    MOVE_ACTION = "MOVE_ACTION"
    DUPLICATE_ACTION = "DUPLICATE_ACTION"
    USE_AS_DRAFT = "USE_AS_DRAFT"
    ADD_BRANCH = "ADD_BRANCH"
    DELETE_BRANCH = "DELETE_BRANCH"
    DUPLICATE_BRANCH = "DUPLICATE_BRANCH"
    MOVE_BRANCH = "MOVE_BRANCH"
    SET_SKIP_ACTION = "SET_SKIP_ACTION"
    UPDATE_METADATA = "UPDATE_METADATA"
    SAVE_SAMPLE_DATA = "SAVE_SAMPLE_DATA"
    UPDATE_SAMPLE_DATA_INFO = "UPDATE_SAMPLE_DATA_INFO"
    UPDATE_MINUTES_SAVED = "UPDATE_MINUTES_SAVED"
    UPDATE_OWNER = "UPDATE_OWNER"
    ADD_NOTE = "ADD_NOTE"
    UPDATE_NOTE = "UPDATE_NOTE"
    DELETE_NOTE = "DELETE_NOTE"


class SampleDataType(StrEnum):
    INPUT = "INPUT"
    OUTPUT = "OUTPUT"


FLOW_LEVEL: Final = frozenset(
    {
        OperationType.LOCK_AND_PUBLISH,
        OperationType.CHANGE_STATUS,
        OperationType.LOCK_FLOW,
        OperationType.CHANGE_FOLDER,
        OperationType.USE_AS_DRAFT,
        OperationType.UPDATE_METADATA,
        OperationType.SAVE_SAMPLE_DATA,
        OperationType.UPDATE_MINUTES_SAVED,
        OperationType.UPDATE_OWNER,
    }
)
"""Operations on the flow row, its versions or its files: the server's flows service applies them. The others edit one version."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A checked operation: ``request`` has the shape of its type in ``REQUESTS``, unknown fields included."""

    type: OperationType
    request: dict[str, Any]

    @property
    def edits_version(self) -> bool:
        """Whether ``engine.edit.apply`` applies it."""
        return self.type not in FLOW_LEVEL


class InvalidOperation(ValueError):
    """A request is not an operation. ``problems`` have paths from the request body (``request.displayName``)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))

    @property
    def wire_message(self) -> str:
        """The message of the 400 answer, e.g. ``body/ Invalid input`` for an unknown type (recorded)."""
        return fastify_message(self.problems)


_STEP = members(name=string, type=string, displayName=text, valid=boolean, settings=anything, skip=optional(boolean))
_BRANCH = members(stepName=string, branchIndex=integer)
_SIZED_NOTE: Final[dict[str, Check]] = {
    "id": string,
    "content": text,
    "color": choice(NoteColor),
    "position": members(x=number, y=number),
    "size": members(width=number, height=number),
}

REQUESTS: Final[Mapping[OperationType, Check]] = {
    OperationType.LOCK_AND_PUBLISH: members(status=optional(choice(FlowStatus))),
    OperationType.CHANGE_STATUS: members(status=choice(FlowStatus)),
    OperationType.LOCK_FLOW: members(),
    OperationType.CHANGE_FOLDER: members(folderId=nullable(string)),
    OperationType.CHANGE_NAME: members(displayName=text),
    OperationType.IMPORT_FLOW: members(
        displayName=text,
        trigger=members(),
        schemaVersion=optional(nullable(string)),
        notes=optional(nullable(array(members(**_SIZED_NOTE)))),
    ),
    OperationType.UPDATE_TRIGGER: _STEP,
    OperationType.ADD_ACTION: members(
        parentStep=string,
        stepLocationRelativeToParent=optional(choice(StepLocation)),
        branchIndex=optional(integer),
        action=_STEP,
    ),
    OperationType.UPDATE_ACTION: _STEP,
    OperationType.DELETE_ACTION: members(names=array(string)),
    OperationType.MOVE_ACTION: members(
        name=string,
        newParentStep=string,
        stepLocationRelativeToNewParent=optional(choice(StepLocation)),
        branchIndex=optional(integer),
    ),
    OperationType.DUPLICATE_ACTION: members(stepName=string),
    OperationType.USE_AS_DRAFT: members(versionId=string),
    OperationType.ADD_BRANCH: members(stepName=string, branchIndex=integer, branchName=text, conditions=optional(array(array(record)))),
    OperationType.DELETE_BRANCH: _BRANCH,
    OperationType.DUPLICATE_BRANCH: _BRANCH,
    OperationType.MOVE_BRANCH: members(stepName=string, sourceBranchIndex=integer, targetBranchIndex=integer),
    OperationType.SET_SKIP_ACTION: members(names=array(string), skip=boolean),
    OperationType.UPDATE_METADATA: members(metadata=nullable(record)),
    OperationType.SAVE_SAMPLE_DATA: members(stepName=string, payload=anything, type=choice(SampleDataType)),
    OperationType.UPDATE_SAMPLE_DATA_INFO: members(
        stepName=string,
        sampleDataSettings=nullable(members(sampleDataFileId=optional(string), sampleDataInputFileId=optional(string))),
    ),
    OperationType.UPDATE_MINUTES_SAVED: members(timeSavedPerRun=nullable(number)),
    OperationType.UPDATE_OWNER: members(ownerId=string),
    OperationType.ADD_NOTE: members(**_SIZED_NOTE),
    OperationType.UPDATE_NOTE: members(**_SIZED_NOTE, ownerId=optional(nullable(string))),
    OperationType.DELETE_NOTE: members(id=string),
}
"""The shape of each operation's ``request``."""

OPERATION_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "request"],
    "properties": {
        "type": {"type": "string", "enum": [str(kind) for kind in OperationType]},
        "request": {"description": "What the operation needs, by its type."},
    },
    "oneOf": [
        {
            "title": f"{kind.title().replace('_', '')}Operation",
            "type": "object",
            "required": ["type", "request"],
            "properties": {"type": {"type": "string", "const": str(kind)}, "request": dict(shape.schema)},
        }
        for kind, shape in REQUESTS.items()
    ],
}
"""The JSON schema of a request body, for the API's description: what ``parse_operation`` checks, as far as a schema can say it."""


def parse_operation(raw: object) -> Operation:
    """The operation of a request body ``{type, request}``.

    Raises InvalidOperation: an unknown type gives one problem at the root ("Invalid input", as recorded), else the faulty fields are named.
    """
    kind = raw.get("type") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(kind, str) or kind not in REQUESTS:
        raise InvalidOperation([Problem("", "Invalid input")])
    request = raw.get("request", UNDEFINED)
    problems = list(REQUESTS[OperationType(kind)](request, "request"))
    if problems or not isinstance(request, dict):
        raise InvalidOperation(problems)
    return Operation(OperationType(kind), request)
