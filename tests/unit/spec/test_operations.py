"""Requests of all 26 operations: taken with their unknown fields, or refused with the field's name."""

from __future__ import annotations

from typing import Any

import pytest

from piecework.spec.operations import FLOW_LEVEL, REQUESTS, InvalidOperation, OperationType, parse_operation

STEP = {"name": "step_1", "type": "CODE", "displayName": "Step", "valid": True, "settings": {}}
NOTE = {"id": "n", "content": "c", "color": "red", "position": {"x": 1, "y": 1.5}, "size": {"width": 1, "height": 1}}
BRANCH = {"stepName": "step_1", "branchIndex": 0}

GOOD: dict[str, dict[str, Any]] = {
    "LOCK_AND_PUBLISH": {},
    "CHANGE_STATUS": {"status": "ENABLED"},
    "LOCK_FLOW": {},
    "CHANGE_FOLDER": {"folderId": None},
    "CHANGE_NAME": {"displayName": "a"},
    "IMPORT_FLOW": {"displayName": "a", "trigger": {}, "schemaVersion": None, "notes": None},
    "UPDATE_TRIGGER": STEP,
    "ADD_ACTION": {"parentStep": "trigger", "action": STEP},
    "UPDATE_ACTION": STEP,
    "DELETE_ACTION": {"names": ["a"]},
    "MOVE_ACTION": {"name": "a", "newParentStep": "b"},
    "DUPLICATE_ACTION": {"stepName": "a"},
    "USE_AS_DRAFT": {"versionId": "a"},
    "ADD_BRANCH": {**BRANCH, "branchName": "a"},
    "DELETE_BRANCH": BRANCH,
    "DUPLICATE_BRANCH": BRANCH,
    "MOVE_BRANCH": {"stepName": "a", "sourceBranchIndex": 0, "targetBranchIndex": 1},
    "SET_SKIP_ACTION": {"names": [], "skip": True},
    "UPDATE_METADATA": {"metadata": None},
    "SAVE_SAMPLE_DATA": {"stepName": "a", "payload": None, "type": "OUTPUT"},
    "UPDATE_SAMPLE_DATA_INFO": {"stepName": "a", "sampleDataSettings": None},
    "UPDATE_MINUTES_SAVED": {"timeSavedPerRun": 2.5},
    "UPDATE_OWNER": {"ownerId": "a"},
    "ADD_NOTE": NOTE,
    "UPDATE_NOTE": {**NOTE, "ownerId": None},
    "DELETE_NOTE": {"id": "n"},
}


def test_there_are_26() -> None:
    assert GOOD.keys() == REQUESTS.keys() == set(OperationType)
    assert len(GOOD) == 26
    assert len(FLOW_LEVEL) == 9


@pytest.mark.parametrize("kind", GOOD)
def test_good_requests(kind: str) -> None:
    operation = parse_operation({"type": kind, "request": {**GOOD[kind], "unknown": 1}})
    assert (operation.type, operation.request) == (kind, {**GOOD[kind], "unknown": 1})


@pytest.mark.parametrize("kind", [kind for kind, request in GOOD.items() if request])
def test_missing_fields_are_named(kind: str) -> None:
    for field in GOOD[kind]:
        if (kind, field) in {("IMPORT_FLOW", "schemaVersion"), ("IMPORT_FLOW", "notes"), ("UPDATE_NOTE", "ownerId")}:
            continue
        if field in ("payload", "settings"):
            continue
        request = {key: value for key, value in GOOD[kind].items() if key != field}
        with pytest.raises(InvalidOperation) as error:
            parse_operation({"type": kind, "request": request})
        assert [problem.path for problem in error.value.problems] == [f"request.{field}"]


@pytest.mark.parametrize("raw", [None, [], {}, {"type": "NOPE", "request": {}}, {"type": 3}, {"type": ["ADD_NOTE"]}])
def test_unknown_types(raw: Any) -> None:
    with pytest.raises(InvalidOperation) as error:
        parse_operation(raw)
    assert error.value.wire_message == "body/ Invalid input"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"type": "CHANGE_NAME"}, "body/request Invalid input: expected object, received undefined"),
        ({"type": "CHANGE_NAME", "request": None}, "body/request Invalid input: expected object, received null"),
        (
            {"type": "CHANGE_STATUS", "request": {"status": "ON"}},
            'body/request/status Invalid option: expected one of "ENABLED"|"DISABLED"',
        ),
        (
            {"type": "DELETE_ACTION", "request": {"names": ["a", 1]}},
            "body/request/names/1 Invalid input: expected string, received number",
        ),
        (
            {"type": "DELETE_BRANCH", "request": {"stepName": "a", "branchIndex": True}},
            "body/request/branchIndex Invalid input: expected int, received boolean",
        ),
        (
            {"type": "CHANGE_NAME", "request": {"displayName": "a\0"}},
            "body/request/displayName Invalid string: must not contain NUL characters or lone surrogates",
        ),
    ],
)
def test_messages(raw: Any, message: str) -> None:
    with pytest.raises(InvalidOperation) as error:
        parse_operation(raw)
    assert error.value.wire_message == message
