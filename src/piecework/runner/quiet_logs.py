"""Logs where nobody has configured any: a library and a command line keep quiet, and never write between a program's own output."""

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import structlog


@contextmanager
def quiet_logs() -> Generator[None, None, None]:
    """Inside, only warnings and errors are logged, to stderr. Nothing is changed in a program that has configured structlog itself."""
    if structlog.is_configured():
        yield
        return
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING), logger_factory=_to_stderr)
    try:
        yield
    finally:
        structlog.reset_defaults()


def _to_stderr(*_args: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)
