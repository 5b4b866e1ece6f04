"""What a real server of the wire answered, and how our answers are compared with it.

Shapes are compared, not values: the same keys, and under each the same kind of value. A recorded `null` says nothing about the kind.
"""

import json
from pathlib import Path
from typing import Any

import httpx

FOLDER = Path(__file__).parents[1] / "recordings"


def recorded(file: str, what: str) -> dict[str, Any]:
    """Returns the exchange of this name from a recording."""
    exchanges = json.loads((FOLDER / f"{file}.json").read_text())
    return next(exchange for exchange in exchanges if exchange["what"] == what)


def assert_as_recorded(response: httpx.Response, file: str, what: str, *, exactly: bool = False) -> None:
    """Compares status, telling headers and body with a recording: the body's shape, or `exactly` its values."""
    expected = recorded(file, what)
    assert response.status_code == expected["status"], response.text
    for name, value in expected["response_headers"].items():
        if not name.startswith("x-ratelimit"):
            assert response.headers.get(name) == value, name
    body = response.json() if response.content else ""
    if exactly:
        assert body == expected["response"]
    else:
        assert_same_shape(body, expected["response"])


def assert_same_shape(ours: Any, theirs: Any, path: str = "") -> None:
    """Fails when our value lacks a key of theirs, has a key that they do not have, or is of another kind."""
    if theirs is None or ours is None:
        return
    if isinstance(theirs, dict):
        assert isinstance(ours, dict), path
        assert set(ours) == set(theirs), f"{path}: {set(ours) ^ set(theirs)}"
        for key, value in theirs.items():
            assert_same_shape(ours[key], value, f"{path}/{key}")
    elif isinstance(theirs, list):
        assert isinstance(ours, list), path
        samples = [item for item in theirs if not isinstance(item, str) or not item.startswith("... ")]
        for item in ours if samples else []:
            assert_same_shape(item, samples[0], f"{path}[]")
    elif isinstance(theirs, bool) or isinstance(ours, bool):
        assert type(ours) is type(theirs), path
    elif isinstance(theirs, int | float):
        assert isinstance(ours, int | float), path
    else:
        assert type(ours) is type(theirs), path
