"""What the tests of pieces for services share: exchanges written from a service's documentation, and steps that are played against them."""

import asyncio
from collections.abc import Mapping
from typing import Any

from piecework.sdk import Piece, SecretTextValue
from piecework.sdk.recording import RecordedHttp
from piecework.sdk.testing import FakeContext, FakeTriggerContext, MemoryFiles, MemoryStore, run_action

Exchange = dict[str, Any]
KEY = SecretTextValue("key")


def exchange(method: str, url: str, body: Any = b"", status: int = 200, answered: Mapping[str, str] | None = None, **sent: Any) -> Exchange:
    """A call with what is sent (``params``, ``json``, ``headers`` and so on) and its answer."""
    return {
        "request": {"method": method, "url": url, **sent},
        "response": {"status": status, "body": body, "headers": dict(answered or {})},
    }


def act(
    piece: Piece, name: str, given: Mapping[str, Any], *exchanges: Exchange, auth: Any = KEY, store: Any = None, files: Any = None
) -> Any:
    """The output of an action, which makes exactly these calls."""
    http = RecordedHttp(exchanges)
    context = FakeContext(http=http, auth=auth, store=store or MemoryStore(), files=files or MemoryFiles())
    output = asyncio.run(run_action(piece, name, given, context))
    assert http.unused == []
    return output


def choose(piece: Piece, step: str, prop: str, *exchanges: Exchange, auth: Any = KEY, **form: Any) -> Any:
    """What a dropdown or a group of fields offers."""
    http = RecordedHttp(exchanges)
    offered = asyncio.run(piece.options(step, prop, FakeContext(http=http, auth=auth), form))
    assert http.unused == []
    return offered["options"]


class Enabled:
    """A trigger with its store, from hook to hook."""

    def __init__(self, piece: Piece, name: str, given: Mapping[str, Any], auth: Any = KEY) -> None:
        self.trigger = piece.triggers[name]
        self.props = self.trigger.process(given, {})
        self.store = MemoryStore()
        self.auth = auth

    def _run(self, hook: Any, exchanges: tuple[Exchange, ...], payload: dict[str, Any] | None = None) -> Any:
        http = RecordedHttp(exchanges)
        context = FakeTriggerContext(payload=payload, store=self.store, http=http, auth=self.auth)
        output = asyncio.run(hook(context, self.props))
        assert http.unused == []
        return output

    def enable(self, *exchanges: Exchange) -> None:
        self._run(self.trigger.on_enable, exchanges)

    def disable(self, *exchanges: Exchange) -> None:
        self._run(self.trigger.on_disable, exchanges)

    def poll(self, *exchanges: Exchange) -> list[Any]:
        return self._run(self.trigger.outputs, exchanges)

    def test(self, *exchanges: Exchange) -> list[Any]:
        return self._run(self.trigger.test, exchanges)

    def call(self, body: Any, *exchanges: Exchange, headers: Mapping[str, str] | None = None, raw: str = "") -> list[Any]:
        """What a call of the flow's URL gives."""
        payload = {"method": "POST", "headers": dict(headers or {}), "body": body, "queryParams": {}, "rawBody": raw}
        return self._run(self.trigger.outputs, exchanges, payload)
