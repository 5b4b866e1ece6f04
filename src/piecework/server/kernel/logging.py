"""Logs: structlog to standard output, one JSON object a line, or coloured text for people (`AP_LOG_PRETTY`).

Values under names that smell of a secret, or of what flows work on, are masked, at any depth, because more people read logs than databases.
"""

import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TextIO

import structlog

from piecework.server.kernel.settings import LogLevel
from piecework.spec.jsons import NotJson, dumps

_LEVELS = {
    LogLevel.TRACE: logging.DEBUG,
    LogLevel.DEBUG: logging.DEBUG,
    LogLevel.INFO: logging.INFO,
    LogLevel.WARN: logging.WARNING,
    LogLevel.ERROR: logging.ERROR,
    LogLevel.FATAL: logging.CRITICAL,
}
_SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "api_key", "apikey", "encryption_key")
_CONTENT_NAMES = frozenset({"input", "inputs", "output", "outputs", "body", "payload", "headers", "values", "resume_payload"})
_MASK = "********"
_DEEPEST = 6


class _Unfailing:
    """A text stream whose reader may have gone and whose disk may be full: what cannot be logged must not stop what is logged about."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure_logging(level: LogLevel, *, pretty: bool) -> None:
    """Sets up structlog and sends the standard library's records (uvicorn, SQLAlchemy) to the same place."""
    stream: Any = _Unfailing(sys.stdout)
    renderer: Any = structlog.processors.JSONRenderer(serializer=_to_text)
    if pretty:  # the default formatter would show local variables, which are what flows work on
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact_secrets,
    ]
    if not pretty:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(level=max(_LEVELS[level], logging.WARNING), handlers=[handler], force=True)


def redact_secrets(_logger: Any, _method: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """structlog processor: the event with secret values masked."""
    return _redact(dict(event), _DEEPEST)


def _redact(value: Any, depth: int) -> Any:
    if depth == 0 and isinstance(value, Mapping | list | tuple | set | frozenset):
        return _MASK
    if isinstance(value, Mapping):
        return {key: _MASK if _is_secret(key) else _redact(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact(item, depth - 1) for item in value]
    return value


def _is_secret(name: Any) -> bool:
    if not isinstance(name, str):
        return False
    lower = name.lower()
    return lower in _CONTENT_NAMES or any(word in lower for word in _SECRET_WORDS)


def _to_text(event: Any, **_options: Any) -> str:
    try:
        return dumps(event).decode()
    except NotJson:
        return dumps({key: value if isinstance(value, str | int | float | bool) else repr(value) for key, value in event.items()}).decode()
