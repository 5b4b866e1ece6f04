"""The flows of `examples/` with what their runs must look like, and the API that some of them call.

An expectation is met by a value that has at least what it says: an object may have more keys, a list must have as many items, `{"$contains": text}`
is met by a longer text. Of steps, exactly those that are named must have run.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from piecework.engine.tree import walk
from piecework.sandbox.language import Language, detect_language
from tests.bubblewrap import bubblewrap_works
from tests.http_servers import Answering, server_of, serving, url_of

FOLDER = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True)
class Example:
    """A flow and its expectation; `$ECHO_URL` in it stands for the API's address."""

    path: Path

    def __str__(self) -> str:
        return self.path.stem

    @property
    def document(self) -> Any:
        return json.loads(self.path.read_text())

    def expectation(self, api_url: str) -> Any:
        """What a run must look like on this machine: where Python steps are refused, it fails in the first one."""
        expected = self._written_expectation(api_url)
        python = next((name for name, step in self._steps() if is_python(step)), None)
        if python is None or bubblewrap_works():
            return expected
        before = dict(takewhile(lambda item: item[0] != python, expected["steps"].items()))
        refusal = {"status": "FAILED", "errorMessage": {"$contains": "bubblewrap"}}
        return {**expected, "status": "FAILED", "response": None, "steps": {**before, python: refusal}}

    def _steps(self) -> Iterator[tuple[str, Any]]:
        for step in walk(self.document["flows"][0]["trigger"]):
            yield step["name"], step

    def _written_expectation(self, api_url: str) -> Any:
        return json.loads(self.path.with_suffix(".expect.json").read_text().replace("$ECHO_URL", api_url))


def is_python(step: Any) -> bool:
    """Whether this is a code step in Python."""
    return step["type"] == "CODE" and detect_language(step["settings"]["sourceCode"]) is Language.PYTHON


EXAMPLES = [Example(path) for path in sorted(FOLDER.glob("*.json")) if not path.name.endswith(".expect.json")]


def differences(expected: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Where a value does not have what is expected of it."""
    if isinstance(expected, Mapping) and "$contains" in expected:
        if expected["$contains"] not in actual:
            yield f"{path}: {actual!r} does not contain {expected['$contains']!r}"
    elif isinstance(expected, Mapping):
        for key, value in expected.items():
            if not isinstance(actual, Mapping) or key not in actual:
                yield f"{path}.{key}: is missing in {actual!r}"
            elif key == "iterations":
                yield from _iterations(value, actual[key], f"{path}.{key}")
            else:
                yield from differences(value, actual[key], f"{path}.{key}")
    elif isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            yield f"{path}: {actual!r} is not a list of {len(expected)}"
        else:
            for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
                yield from differences(one, other, f"{path}[{index}]")
    elif expected != actual or isinstance(expected, bool) is not isinstance(actual, bool):
        yield f"{path}: {actual!r} is not {expected!r}"


def _iterations(expected: Any, actual: Any, path: str) -> Iterator[str]:
    if len(expected) != len(actual):
        yield f"{path}: {len(actual)} iterations, not {len(expected)}"
        return
    for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
        yield from step_differences(one, other, f"{path}[{index}]")


def step_differences(expected: Mapping[str, Any], actual: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Where a run log does not have what is expected: other steps, other statuses, other outputs."""
    if expected.keys() != actual.keys():
        yield f"{path}: the steps {list(actual)} ran, not {list(expected)}"
        return
    for name, record in expected.items():
        yield from differences({"status": "SUCCEEDED", **record}, actual[name], f"{path}.{name}")


class _Api(Answering):
    """Echoes POSTs with 201; `/missing` is not there; `/shaky` fails at every odd call."""

    calls: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        body = json.loads(self.body())
        authorized = self.headers["authorization"] == "Bearer t0ken" and self.headers["x-tenant"] == "acme"
        self.answer_json(
            {"method": "POST", "path": url.path, "query": dict(parse_qsl(url.query)), "body": body}, 201 if authorized else 403
        )

    def do_GET(self) -> None:
        self.calls.append(self.path)
        attempt = self.calls.count("/shaky")
        if self.path != "/shaky":
            self.answer_json({"error": "not found"}, 404)
        elif attempt % 2:
            self.answer_json({"error": "try again"}, 503)
        else:
            self.answer_json({"attempt": attempt}, 200)


@contextmanager
def running_api() -> Iterator[str]:
    """Serves the API on a free port; gives its URL."""
    handler = type("Api", (_Api,), {"calls": []})
    with serving(server_of(handler)) as server:
        yield url_of(server)
