"""Looks whether the server can do its work."""

import asyncio
from pathlib import Path

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from piecework.server.kernel.db import Database
from piecework.server.kernel.machine import look_at_machine
from piecework.server.modules.health.schemas import SystemHealth

log = structlog.get_logger("health")

_GIGABYTE = 1024**3
_WANTED_DISK = 5 * _GIGABYTE
_WANTED_RAM = 1 * _GIGABYTE


class HealthService:
    """Answers for the database, and for the machine that `data_dir` is on."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self._database = database
        self._data_dir = data_dir

    async def is_healthy(self) -> bool:
        """Whether the database answers within five seconds."""
        try:
            async with asyncio.timeout(5), self._database.read() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("the database does not answer", error=str(error))
            return False
        return True

    async def system(self) -> SystemHealth:
        """Whether there is a processor, 5 GB of free disk and 1 GB of memory."""
        report = await asyncio.to_thread(look_at_machine, self._data_dir)
        return {"cpu": report.cores >= 1, "disk": report.disk_free >= _WANTED_DISK, "ram": report.ram_total >= _WANTED_RAM}
