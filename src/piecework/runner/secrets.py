"""What a run may use and must not leave behind: the texts of connections and variables, and how they are taken out of everything that is kept.

Whatever a step gives — its output, its error, what its code printed, its answer to the caller — goes through ``Secrets.scrub`` before the engine
sees it, so that no secret that the run was given reaches a record, a log, a browser or a later step. What a secret was turned into (a hash, a
signature) is not found and goes on.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from piecework.engine.commands import Response
from piecework.engine.events import StepFailed, StepSucceeded
from piecework.engine.expressions.tokens import REDACTED
from piecework.sdk.context import WebhookPause
from piecework.spec.connection import OAUTH2_TYPES, AppConnectionType, connection_tag
from piecework.spec.jsons import dumps_lenient, loads

SHORTEST = 6
"""Shorter texts are not looked for: they stand in many a word, and taking them out would spoil the output and tell the secret."""

_DEEPEST = 10_000
_TOKEN_WORDS = ("token", "secret", "password", "key", "assertion", "credential")


class Secrets:
    """The secrets that one run, poll or test was given so far. Empty, it costs nothing."""

    __slots__ = ("_pattern", "_texts", "connections")

    def __init__(self) -> None:
        self._texts: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.connections: dict[str, None] = {}

    def __bool__(self) -> bool:
        return bool(self._texts)

    def add(self, texts: Iterable[str], connection: str | None = None) -> None:
        """Remember secrets; ``connection`` is the external id of the connection that was used."""
        if connection is not None:
            self.connections[connection] = None
        fresh = {form for text in texts if len(text) >= SHORTEST for form in _written_forms(text)} - self._texts
        if fresh:
            self._texts |= fresh
            longest_first = sorted(self._texts, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def scrub_text(self, text: str) -> str:
        """The text with every secret replaced."""
        return text if self._pattern is None else self._pattern.sub(REDACTED, text)

    def scrub(self, value: Any) -> Any:
        """A JSON value with every secret in its texts and keys replaced; the value itself where it holds none to look for."""
        if self._pattern is None:
            return value
        holder: list[Any] = [value]
        unvisited: list[tuple[Any, Any, int]] = [(holder, 0, 0)]
        while unvisited:
            parent, key, level = unvisited.pop()
            item = parent[key]
            if item is None or isinstance(item, bool | int | float):
                continue
            if isinstance(item, str):
                parent[key] = self.scrub_text(item)
                continue
            copy: Any = self._copied(item) if level < _DEEPEST else REDACTED
            parent[key] = copy
            if isinstance(copy, dict | list):
                unvisited.extend((copy, inner, level + 1) for inner in (copy.keys() if isinstance(copy, dict) else range(len(copy))))
        return holder[0]

    def _copied(self, item: Any) -> Any:
        if isinstance(item, Mapping):
            return {self.scrub_text(key) if isinstance(key, str) else key: inner for key, inner in item.items()}
        if isinstance(item, list | tuple):
            return list(item)
        plain = loads(dumps_lenient(item))  # as a record would have it
        return self.scrub_text(plain) if isinstance(plain, str) else self._copied(plain) if isinstance(plain, dict | list) else plain

    def scrub_event(self, event: StepSucceeded | StepFailed) -> StepSucceeded | StepFailed:
        """The event that may be kept; it marks the run with the connections that were used."""
        if isinstance(event, StepFailed):
            return event._replace(message=self.scrub_text(event.message), logs=self.scrub_text(event.logs))
        tags = dict.fromkeys([*event.tags, *map(connection_tag, self.connections)])
        return event._replace(
            output=self.scrub(event.output),
            response=self._scrub_response(event.response),
            pause=self._scrub_pause(event.pause),
            logs=self.scrub_text(event.logs),
            tags=tuple(map(self.scrub_text, tags)),
        )

    def _scrub_response(self, response: Response | None) -> Response | None:
        return response and response._replace(body=self.scrub(response.body), headers=self.scrub(response.headers))

    def _scrub_pause(self, pause: Any) -> Any:
        if not isinstance(pause, WebhookPause) or pause.response is None:
            return pause
        answer = pause.response
        scrubbed = type(answer)(answer.status, self.scrub(answer.body), self.scrub(answer.headers))
        return WebhookPause(scrubbed, pause.timeout)


def _written_forms(text: str) -> set[str]:
    """The text as it stands in JSON, in JSON inside of JSON, in URLs and in basic credentials."""
    raw = text.encode(errors="replace")
    forms = {text, quote(raw, safe=""), quote(raw), quote_plus(raw), b64encode(raw).decode().rstrip("=")}
    for is_ascii in (True, False):
        once = json.dumps(text, ensure_ascii=is_ascii)[1:-1]
        forms |= {once, json.dumps(once, ensure_ascii=is_ascii)[1:-1]}
    return forms


def secret_texts(value: Any, secret_fields: frozenset[str] | None = None) -> list[str]:
    """The texts of a connection's value that nobody may see.

    :param secret_fields: the names among ``props`` that the piece declares as secret; None: nobody knows, and every text is one.
    """
    if not isinstance(value, Mapping):
        return [value] if isinstance(value, str) else []
    props: Mapping[str, Any] = value.get("props") or {}
    hidden = [text for name, item in props.items() if secret_fields is None or name in secret_fields for text in _texts_of(item)]
    match value.get("type"):
        case AppConnectionType.SECRET_TEXT:
            return _texts_of(value.get("secret_text"))
        case AppConnectionType.BASIC_AUTH:
            user, password = str(value.get("username") or ""), str(value.get("password") or "")
            return [password, f"{user}:{password}"] if password else []
        case AppConnectionType.CUSTOM_AUTH | AppConnectionType.OIDC:
            return [*hidden, *_texts_of(value.get("access_token"))]
        case kind if kind in OAUTH2_TYPES:
            tokens = [value.get("access_token"), value.get("refresh_token"), value.get("client_secret"), value.get("code")]
            return [*hidden, *_texts_of(tokens), *_tokens_in(value.get("data"))]
        case _:
            return _texts_of(value)


def _texts_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts_of(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts_of(item)]
    return []


def _tokens_in(data: Any) -> list[str]:
    """The texts of a token answer whose names smell of a secret, at any depth; the others are facts such as a workspace's name."""
    if isinstance(data, list | tuple):
        return [text for item in data for text in _tokens_in(item)]
    if not isinstance(data, Mapping):
        return []
    found: list[str] = []
    for name, item in data.items():
        smells = isinstance(item, str) and any(word in str(name).lower() for word in _TOKEN_WORDS)
        found += [item] if smells and name != "token_type" else _tokens_in(item)
    return found
