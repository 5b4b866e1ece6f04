"""Every native piece describes itself as the wire does (recordings of 0.83; descriptions are our own)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from piecework.runner.catalogue import Catalogue

RECORDINGS = {path.stem: json.loads(path.read_text()) for path in (Path(__file__).parent / "recordings").glob("*.json")}
CATALOGUE = Catalogue.load()
ADDED_BY_THE_SERVER = {"id", "created", "updated", "projectUsage"}
OUR_OWN = {"description", "authors", "logoUrl"}
ADDED_BY_US = {("webhook", "triggers.catch_webhook.props"): {"payloadSchema"}}
"""Optional properties that the wire's piece does not have, by piece and place."""
CUT = re.compile(r"\.\.\. (\d+) in all")


def without_descriptions(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_descriptions(item) for name, item in value.items() if name != "description"}
    return [without_descriptions(item) for item in value] if isinstance(value, list) else value


def assert_same(ours: Any, recorded: Any, path: str) -> None:
    """Equality, but a recorded list that was cut after three entries is compared in these and in its length."""
    if isinstance(recorded, dict):
        assert isinstance(ours, dict), path
        piece, _, place = path.partition(".")
        ours = {name: item for name, item in ours.items() if name not in ADDED_BY_US.get((piece, place), set())}
        assert set(ours) == set(recorded), f"{path}: {sorted(set(ours) ^ set(recorded))}"
        for name, item in recorded.items():
            assert_same(ours[name], item, f"{path}.{name}")
    elif isinstance(recorded, list) and recorded and isinstance(recorded[-1], str) and (cut := CUT.fullmatch(recorded[-1])):
        assert len(ours) == int(cut[1]), path
        assert_same(ours[: len(recorded) - 1], recorded[:-1], path)
    elif isinstance(recorded, list):
        assert len(ours) == len(recorded), path
        for index, item in enumerate(recorded):
            assert_same(ours[index], item, f"{path}.{index}")
    else:
        assert (ours, type(ours)) == (recorded, type(recorded)), path


@pytest.mark.parametrize("name", [name for name in sorted(RECORDINGS) if CATALOGUE.get(RECORDINGS[name]["name"])])
def test_describe(name: str) -> None:
    recorded = RECORDINGS[name]
    piece = CATALOGUE.get(recorded["name"])
    assert piece is not None
    ours = {key: value for key, value in without_descriptions(piece.describe()).items() if key not in OUR_OWN}
    expected = {key: value for key, value in recorded.items() if key not in ADDED_BY_THE_SERVER | OUR_OWN}
    assert_same(ours, expected, name)


@pytest.mark.parametrize("name", [name for name in sorted(RECORDINGS) if CATALOGUE.get(RECORDINGS[name]["name"])])
def test_fields_stand_in_the_wires_order(name: str) -> None:
    recorded = RECORDINGS[name]
    piece = CATALOGUE.get(recorded["name"])
    assert piece is not None
    ours = piece.describe()
    for kind in ("actions", "triggers"):
        for step, metadata in recorded[kind].items():
            added = ADDED_BY_US.get((name, f"{kind}.{step}.props"), set())
            assert [prop for prop in ours[kind][step]["props"] if prop not in added] == list(metadata["props"]), step


def test_everything_is_explained() -> None:
    for piece in CATALOGUE.all():
        assert piece.description, piece.name
        for step in (*piece.actions.values(), *piece.triggers.values()):
            assert step.description, (piece.name, step.name)


def test_summary_counts() -> None:
    piece = CATALOGUE.get("@activepieces/piece-webhook")
    assert piece is not None
    summary = piece.summary()
    assert (summary["actions"], summary["triggers"]) == (2, 1)
    assert summary["version"] == "0.1.33"


@pytest.mark.parametrize(
    ("version", "served"), [(None, True), ("0.1.29", True), ("~0.1.24", True), ("^0.1.0", True), ("1.0.0", False), ("latest", False)]
)
def test_versions(version: str | None, served: bool) -> None:
    assert (CATALOGUE.get("@activepieces/piece-webhook", version) is not None) is served


def test_unknown_piece() -> None:
    assert CATALOGUE.get("@activepieces/piece-nope") is None
