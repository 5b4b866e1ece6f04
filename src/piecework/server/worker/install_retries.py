"""Trying installations again that failed: a registry that was out of reach for an hour must not leave flows without their pieces for ever."""

from __future__ import annotations

import asyncio

import structlog

from piecework.server.modules.piece_installs.service import PieceInstallService

log = structlog.get_logger(__name__)

EVERY_SECONDS = 60.0


class InstallRetries:
    """Looks every minute; which installations are due is the service's to say."""

    def __init__(self, installs: PieceInstallService) -> None:
        self._installs = installs
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, the first time in a minute."""
        self._task = asyncio.create_task(self._run(), name="install retries")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self._installs.retry_due()
            except Exception:
                log.exception("failed installations could not be tried again")
