"""A real V8 in the test process, as the judge of what JavaScript does."""

import json
from collections.abc import Callable
from typing import Any

import _STPyV8
import pytest

Oracle = Callable[[str, dict[str, Any]], Any]


class _V8:
    """Evaluates scripts whose variables are given as JSON. A fresh scope for each is a function's parameters around ``eval``."""

    _RUN = """(source, scope) => {
        const names = Object.keys(scope);
        try {
            const run = new Function(...names, '__source', 'return eval(__source)');
            return JSON.stringify({value: run(...names.map(name => scope[name]), source)}, (key, value) =>
                typeof value === 'number' && !Number.isFinite(value) ? {__number: String(value)} : value);
        } catch (error) {
            return JSON.stringify({error: String(error)});
        }
    }"""

    def __init__(self) -> None:
        _STPyV8.JSEngine.setFlags("--single-threaded")
        self._platform = _STPyV8.JSPlatform()
        self._platform.init()
        self._isolate = _STPyV8.JSIsolate()
        self._isolate.enter()
        self._context = _STPyV8.JSContext(None)
        self._context.enter()
        self._context.eval(f"globalThis.__run = {self._RUN}")

    def evaluate(self, source: str, scope: dict[str, Any]) -> dict[str, Any]:
        """``{"value": …}``, without the key for undefined, or ``{"error": text}``."""
        answer = self._context.eval(f"__run({json.dumps(source)}, {json.dumps(scope)})")
        return json.loads(answer, object_hook=_number)


def _number(members: dict[str, Any]) -> Any:
    return float(members["__number"].replace("Infinity", "inf")) if set(members) == {"__number"} else members


@pytest.fixture(scope="session")
def v8() -> _V8:
    return _V8()
