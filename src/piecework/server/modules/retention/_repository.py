"""Statements about what is past retention. What goes is looked for first, without the lock that writers wait for, and looked at again under it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.modules.files.models import file
from piecework.server.modules.files.schemas import FileType
from piecework.server.modules.projects.models import project
from piecework.server.modules.runs.models import flow_run, waitpoint
from piecework.server.modules.trigger_events.models import trigger_event
from piecework.spec.run import UNFINISHED

MAX_BATCH_BYTES = 32 * 1024 * 1024
"""Contents that one transaction removes: SQLite reads every page that it frees, and others wait meanwhile."""

_MOVES = flow_run.c.status.in_(list(UNFINISHED))


def not_needed() -> ColumnElement[bool]:
    """Of log files: no run that still moves goes on from it."""
    moving = flow_run.c.projectId.in_(select(project.c.id)) & _MOVES & flow_run.c.logsFileId.is_not(None)  # as the index has it
    return file.c.id.not_in(select(flow_run.c.logsFileId).where(moving))


def nothing_older_moves(before: str) -> ColumnElement[bool]:
    """Of files that do not know their run: no run of their project that is as old as they must be still moves."""
    older = (flow_run.c.projectId == file.c.projectId) & _MOVES & (flow_run.c.created < before)
    return ~select(flow_run.c.id).where(older).exists()


async def find_files(
    connection: AsyncConnection, types: Sequence[FileType], before: str, limit: int, *conditions: ColumnElement[bool]
) -> list[str]:
    """Ids of files of these types that are older, the oldest first: at most `limit`, and no more than `MAX_BATCH_BYTES` together."""
    old = select(file.c.id, file.c.size).where(file.c.type.in_(types), file.c.created < before, *conditions)
    ids: list[str] = []
    total = 0
    for file_id, size in await connection.execute(old.order_by(file.c.created).limit(limit)):
        total += size
        if ids and total > MAX_BATCH_BYTES:
            break
        ids.append(file_id)
    return ids


async def remove_files(connection: AsyncConnection, ids: Sequence[str], *conditions: ColumnElement[bool]) -> int:
    """Removes those of these files that still meet the conditions, and gives how many it were."""
    return (await connection.execute(delete(file).where(file.c.id.in_(ids), *conditions))).rowcount


async def remove_logs(connection: AsyncConnection, ids: Sequence[str], *conditions: ColumnElement[bool]) -> int:
    """Removes those of these logs that still meet the conditions, and the slices that they refer to; gives how many logs it were."""
    logs = (await connection.execute(select(file.c.id, file.c.metadata).where(file.c.id.in_(ids), *conditions))).all()
    slices = [file_id for _, about in logs for file_id in (about or {}).get("slices", ())]
    await remove_files(connection, [log_id for log_id, _ in logs])
    for start in range(0, len(slices), 500):
        await remove_files(connection, slices[start : start + 500])
    return len(logs)


async def remove_events(connection: AsyncConnection, file_ids: Sequence[str]) -> None:
    """Removes the trigger events whose payloads these files are."""
    await connection.execute(delete(trigger_event).where(trigger_event.c.fileId.in_(file_ids)))


def _over() -> ColumnElement[bool]:
    return ~select(flow_run.c.id).where(flow_run.c.id == waitpoint.c.flowRunId, _MOVES).exists()


async def find_waitpoints(connection: AsyncConnection, before: str, limit: int) -> list[str]:
    """Ids of waitpoints that are older and whose run does not move any more."""
    return list((await connection.execute(select(waitpoint.c.id).where(waitpoint.c.created < before, _over()).limit(limit))).scalars())


async def remove_waitpoints(connection: AsyncConnection, ids: Sequence[str]) -> int:
    """Removes those of these waitpoints whose run still does not move, and gives how many it were."""
    return (await connection.execute(delete(waitpoint).where(waitpoint.c.id.in_(ids), _over()))).rowcount
