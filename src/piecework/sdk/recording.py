"""Recorded exchanges with a service, for the tests of pieces: ``RecordingHttp`` writes them down once, ``RecordedHttp`` gives them ever after.

A recording is a JSON file, small enough to be read and written by hand:

    [{"request": {"method": "GET", "url": "https://api.example/tasks", "params": {"page": 1}},
      "response": {"status": 200, "headers": {"retry-after": "3"}, "body": [{"id": 7}]}}]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import orjson

from piecework.sdk.http import CallOptions, Http, readable_body
from piecework.sdk.http_messages import HttpResponse, UploadedFile
from piecework.sdk.testing import Reply

REDACTED = "REDACTED"
_SENT = ("params", "json", "data", "content", "auth")
_SECRET_HEADERS = frozenset({"authorization", "cookie", "x-api-key", "api-key", "private-token", "proxy-authorization"})
_KEPT_HEADERS = frozenset({"content-type", "link", "location", "retry-after", "etag"})


class RecordedHttp(Http):
    """Gives recorded answers: to each call that of the first unused exchange with the same method and URL whose recorded ``params``, ``json``,
    ``data``, ``content``, ``auth`` and ``headers`` the call has too (of headers, those that are recorded). Raises AssertionError for a call
    that was not recorded.
    """

    def __init__(self, exchanges: Iterable[Mapping[str, Any]]) -> None:
        self.unused: list[Mapping[str, Any]] = list(exchanges)

    @classmethod
    def load(cls, path: Path) -> RecordedHttp:
        """Read a recording."""
        return cls(orjson.loads(path.read_bytes()))

    async def request(self, method: str, url: str, **options: Unpack[CallOptions]) -> HttpResponse:
        """See ``Http.request`` and the class."""
        for index, exchange in enumerate(self.unused):
            if _fits(exchange["request"], method, url, options):
                del self.unused[index]
                answer = exchange["response"]
                return Reply(answer["status"], answer.get("body", b""), answer.get("headers") or {})
        asked = "\n".join(orjson.dumps(exchange["request"]).decode() for exchange in self.unused) or "nothing"
        raise AssertionError(
            f"not recorded: {orjson.dumps(_request(method, url, options), default=str).decode()}\nleft in the recording:\n{asked}"
        )


def _fits(recorded: Mapping[str, Any], method: str, url: str, options: Mapping[str, Any]) -> bool:
    if (recorded["method"], recorded["url"]) != (method, url):
        return False
    sent = {name.lower(): value for name, value in (options.get("headers") or {}).items()}
    for name, value in (recorded.get("headers") or {}).items():
        if value != REDACTED and sent.get(name.lower()) != value:
            return False
    plain = orjson.loads(orjson.dumps({name: options.get(name) for name in _SENT}, default=str))
    return all(recorded.get(name) in (plain[name], REDACTED) for name in _SENT if name in recorded or plain[name] is not None)


class RecordingHttp(Http):
    """Makes real calls through another Http and keeps what was said; ``secrets`` are replaced wherever they stand in it."""

    def __init__(self, http: Http, secrets: Sequence[str] = ()) -> None:
        self._http = http
        self._secrets = [secret for secret in secrets if secret]
        self.exchanges: list[dict[str, Any]] = []

    async def request(self, method: str, url: str, **options: Unpack[CallOptions]) -> HttpResponse:
        """See ``Http.request``."""
        response = await self._http.request(method, url, **options)
        answer: dict[str, Any] = {"status": response.status, "body": readable_body(response)}
        headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
        if headers:
            answer["headers"] = headers
        self.exchanges.append({"request": _request(method, url, options), "response": answer})
        return response

    def save(self, path: Path) -> None:
        """Write the recording, indented so that it can be read and changed."""
        text = orjson.dumps(self.exchanges, option=orjson.OPT_INDENT_2, default=str).decode()
        for secret in self._secrets:
            text = text.replace(orjson.dumps(secret).decode()[1:-1], REDACTED)
        path.write_text(text + "\n", encoding="utf-8")


def _request(method: str, url: str, options: CallOptions | Mapping[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {"method": method, "url": url}
    headers: Mapping[str, str] = options.get("headers") or {}
    if headers:
        request["headers"] = {name: REDACTED if name.lower() in _SECRET_HEADERS else value for name, value in headers.items()}
    request |= {name: options.get(name) for name in _SENT if options.get(name) is not None}
    files: Sequence[UploadedFile] = options.get("files") or ()
    return request | {"files": [[file.field, file.filename] for file in files]} if files else request
