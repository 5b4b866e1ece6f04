"""The builder applies an operation at once, the server a moment later: both must come to the same tree, and undoing must lead back.

The builder's own code (web/src/app/flow-builder/model) runs in Node, the engine's here.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piecework.engine.edit import OperationError, Version, apply
from piecework.spec.flow import InvalidFlow, Step
from piecework.spec.operations import InvalidOperation, parse_operation
from tests.unit.engine.test_edit_properties import dateless, requests
from tests.unit.engine.trees import LATER, flows

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "web/src/app/flow-builder/model"
SERVER_ONLY = {"DUPLICATE_ACTION", "DUPLICATE_BRANCH"}
"""The builder copies steps by adding them, so that it knows the names of the copies at once."""


class BuilderModel:
    """The builder's model in a Node process."""

    def __init__(self, folder: Path) -> None:
        entry, bundle = folder / "entry.ts", folder / "model.mjs"
        entry.write_text(f"export {{ apply }} from '{MODEL / 'apply'}';\nexport {{ inverse }} from '{MODEL / 'inverse'}';\n")
        esbuild = ROOT / "web/node_modules/esbuild/bin/esbuild"
        node = [str(ROOT / "scripts/with-node.sh"), "node"]
        build = [*node, str(esbuild), str(entry), "--bundle", "--format=esm", "--log-level=error", f"--outfile={bundle}"]
        subprocess.run(build, check=True, cwd=ROOT / "web")
        command = [*node, str(Path(__file__).with_name("model_process.mjs")), str(bundle)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, trigger: Step, operations: list[dict[str, Any]]) -> tuple[Step, list[list[dict[str, Any]]]]:
        """Returns the tree after the operations, and for each of them the operations that undo it."""
        assert self._process.stdin
        assert self._process.stdout
        question = {"draft": {"displayName": "Flow", "trigger": trigger, "notes": []}, "operations": operations}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["draft"]["trigger"], answer["inverses"]

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuilderModel]:
    builder = BuilderModel(tmp_path_factory.mktemp("model"))
    yield builder
    builder.close()


def fitting(version: Version, raw: list[dict[str, Any]]) -> tuple[list[Version], list[dict[str, Any]]]:
    """Those operations that the builder sends and the server takes, with the version before the first and after each of them."""
    versions, taken = [version], []
    for operation in raw:
        if operation["type"] in SERVER_ONLY:
            continue
        located = {"ADD_ACTION": "stepLocationRelativeToParent", "MOVE_ACTION": "stepLocationRelativeToNewParent"}.get(operation["type"])
        if located:
            operation["request"].setdefault(located, "AFTER")
        try:
            versions.append(apply(versions[-1], parse_operation(operation), now=LATER))
        except (OperationError, InvalidFlow, InvalidOperation):
            continue
        taken.append(operation)
    return versions, taken


def applied(version: Version, operations: list[dict[str, Any]]) -> Version:
    for operation in operations:
        version = apply(version, parse_operation(operation), now=LATER)
    return version


def meaning(trigger: Step) -> list[tuple[Any, ...]]:
    """What ``dateless`` compares; a step that says that it is not skipped is as one that says nothing."""
    return [(*step[:3], bool(step[3]), *step[4:]) for step in dateless(trigger)]


@settings(max_examples=300)
@given(flow=flows(), operations=st.lists(requests(), max_size=6))
def test_the_builder_and_the_server_come_to_the_same_tree(model: BuilderModel, flow: Version, operations: list[dict[str, Any]]) -> None:
    versions, taken = fitting(flow, operations)
    tree, _ = model.run(flow.trigger, taken)
    assert meaning(tree) == meaning(versions[-1].trigger)


@settings(max_examples=300)
@given(flow=flows(), operations=st.lists(requests(), max_size=3))
def test_what_the_builder_undoes_is_undone_on_the_server(model: BuilderModel, flow: Version, operations: list[dict[str, Any]]) -> None:
    versions, taken = fitting(flow, operations)
    _, inverses = model.run(flow.trigger, taken)
    for before, after, inverse in zip(versions, versions[1:], inverses, strict=False):
        assert meaning(applied(after, inverse).trigger) == meaning(before.trigger)
