"""How Alembic reaches the database: the URL comes from `kernel/schema_version.py`, the tables from every module's models."""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from piecework.server.kernel.db import Json
from piecework.server.modules import load_all_tables


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Writes our own column types as what the database knows, so that a migration never depends on today's code."""
    return "sa.String()" if kind == "type" and isinstance(item, Json) else False


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=load_all_tables(), render_item=_render, render_as_batch=False)
    with context.begin_transaction():
        context.run_migrations()


async def _run() -> None:
    engine = create_async_engine(context.config.attributes["url"], poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run())
