"""The operations that a real 0.83 answered, replayed: our trees must be its trees (tests/recordings/flow-operations.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from piecework.engine.edit import OperationError, Version, apply
from piecework.engine.template import to_template
from piecework.engine.validation import parse_trigger
from piecework.spec.flow import Step
from piecework.spec.operations import InvalidOperation, parse_operation

RECORDINGS = Path(__file__).parents[2] / "recordings"
EXCHANGES: list[dict[str, Any]] = json.loads((RECORDINGS / "flow-operations.json").read_text())
CREATED: Step = json.loads((RECORDINGS / "flows.json").read_text())[0]["response"]["version"]["trigger"]
NOW = "2026-11-22T12:00:00.000Z"

REFUSED_HERE = {"add a step, same name", "add a step, unknown parent"}
"""What 0.83 took and we refuse (docs/decisions/0004-flow-operations.md)."""


def undated(value: Any) -> Any:
    """Dates apart, and lists cut after three entries as the recorder cut them."""
    if isinstance(value, dict):
        return {key: "date" if key in ("lastUpdatedDate", "createdAt", "updatedAt") else undated(each) for key, each in value.items()}
    if isinstance(value, list):
        kept = [undated(each) for each in value[:3]]
        cut = isinstance(value[-1:], list) and len(value) == 4 and isinstance(value[3], str)
        return kept + ([value[3] if cut else f"... {len(value)} in all"] if len(value) > 3 else [])
    return value


def first_of_each(trigger: Step) -> Step:
    """The recorded tree without its second half: the step that 0.83 took twice made every later edit happen twice."""
    steps, names = [trigger], {trigger["name"]}
    while (following := steps[-1].get("nextAction")) and following["name"] not in names:
        steps.append(following)
        names.add(following["name"])
    tail: Step | None = None
    for step in reversed(steps):
        rest = {key: value for key, value in step.items() if key != "nextAction"}
        tail = {**rest, "nextAction": tail} if tail else rest
    assert tail is not None
    return tail


def test_replay() -> None:
    version = Version("Rec", parse_trigger(CREATED))
    replayed = []
    for exchange in EXCHANGES:
        body = exchange["request"].get("body")
        if exchange["request"]["method"] != "POST" or exchange["status"] != 200:
            continue
        operation = parse_operation(body)
        if exchange["what"] in REFUSED_HERE:
            with pytest.raises(OperationError):
                apply(version, operation, now=NOW)
            continue
        if operation.edits_version:
            version = apply(version, operation, now=NOW, user_id="F8V1vxNtjO3IS2qz2G1Tp")
        recorded = exchange["response"]["version"]
        assert undated(version.trigger) == undated(first_of_each(recorded["trigger"])), exchange["what"]
        assert undated(list(version.notes)) == undated(recorded["notes"]), exchange["what"]
        assert (version.display_name, version.valid) == (recorded["displayName"], recorded["valid"]), exchange["what"]
        replayed.append(exchange["what"])
    assert len(replayed) == 21


def test_unknown_type_is_answered_as_recorded() -> None:
    [exchange] = [each for each in EXCHANGES if each["what"] == "unknown type"]
    with pytest.raises(InvalidOperation) as error:
        parse_operation(exchange["request"]["body"])
    assert error.value.wire_message == exchange["response"]["message"]


def test_template_as_recorded() -> None:
    [exchange] = [each for each in EXCHANGES if each["what"] == "template"]
    [imported] = [each for each in EXCHANGES if each["what"] == "import"]
    version = apply(Version("", parse_trigger(CREATED)), parse_operation(imported["request"]["body"]), now=NOW)
    recorded = exchange["response"]
    assert undated(to_template(version, author="O W", metadata=recorded["metadata"])) == undated(recorded)
