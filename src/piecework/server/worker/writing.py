"""Writing that must succeed: what a run did is not dropped because the disk is full or the file is locked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import chain, repeat
from typing import TypeVar

import structlog

from piecework.server.ports.runs import Fenced

log = structlog.get_logger(__name__)

T = TypeVar("T")

WRITE_RETRY_SECONDS = (0.2, 0.5, 2.0, 5.0)
"""Between attempts to write; the last one again and again, for the run has nowhere else to go."""


async def insist(write: Callable[[], Awaitable[T]], run_id: str) -> T:
    """Write, as often as it takes. Raises Fenced when somebody else drives the run by now."""
    for seconds in chain(WRITE_RETRY_SECONDS, repeat(WRITE_RETRY_SECONDS[-1])):
        try:
            return await write()
        except Fenced:
            raise
        except Exception as error:
            log.error("a run could not be written down, trying again", flow_run_id=run_id, seconds=seconds, error=str(error))
            await asyncio.sleep(seconds)
    raise AssertionError("unreachable")
