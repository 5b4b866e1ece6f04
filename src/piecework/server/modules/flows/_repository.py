"""Statements about flows, their versions, compiled code and listening triggers."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, String, and_, case, delete, false, func, insert, literal, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row, new_entity, row_of, rows_of
from piecework.server.kernel.http import Page, PageQuery, page_of
from piecework.server.modules.flows.code import Artifact
from piecework.server.modules.flows.models import code_artifact, flow, flow_version, trigger_source
from piecework.server.modules.flows.schemas import FlowQuery
from piecework.spec.flow import FlowStatus, FlowVersionState
from piecework.spec.jsons import dumps

NO_FOLDER = "NULL"
"""How a query says that a flow is in no folder."""

_FLOW = tuple(column for column in flow.c if column.name != "latestVersionId")
_VERSION_METADATA: tuple[Column[Any], ...] = (
    flow_version.c.id,
    flow_version.c.created,
    flow_version.c.updated,
    flow_version.c.flowId,
    flow_version.c.displayName,
    flow_version.c.valid,
    flow_version.c.state,
    flow_version.c.updatedBy,
    flow_version.c.schemaVersion,
)


async def insert_flow(connection: AsyncConnection, flow_row: Row, version_row: Row) -> None:
    await connection.execute(insert(flow).values(flow_row))
    await insert_version(connection, version_row)


async def insert_version(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(insert(flow_version).values(row))


async def find_flow(connection: AsyncConnection, flow_id: str) -> Row | None:
    return row_of(await connection.execute(select(flow).where(flow.c.id == flow_id)))


async def find_by_external_id(connection: AsyncConnection, project_id: str, external_id: str) -> str | None:
    statement = select(flow.c.id).where(flow.c.projectId == project_id, flow.c.externalId == external_id)
    return (await connection.execute(statement)).scalar_one_or_none()


async def find_published(connection: AsyncConnection, project_id: str, external_ids: Sequence[str] | None) -> list[Row]:
    """The project's published flows, those with these external ids or all."""
    statement = select(*_FLOW).where(flow.c.projectId == project_id, flow.c.publishedVersionId.is_not(None))
    if external_ids is not None:
        statement = statement.where(flow.c.externalId.in_(external_ids))
    return rows_of(await connection.execute(statement))


async def find_versions(connection: AsyncConnection, version_ids: Iterable[str]) -> dict[str, Row]:
    """Versions by id."""
    result = await connection.execute(select(flow_version).where(flow_version.c.id.in_(list(version_ids))))
    return {row["id"]: row for row in rows_of(result)}


async def find_version_ids(connection: AsyncConnection, flow_id: str) -> list[str]:
    return list((await connection.execute(select(flow_version.c.id).where(flow_version.c.flowId == flow_id))).scalars())


async def find_with_connections(connection: AsyncConnection, project_ids: Sequence[str]) -> list[Row]:
    """The connections of every latest and published version that uses any: `flowId`, `connectionIds`."""
    statement = select(flow_version.c.flowId, flow_version.c.connectionIds).join(flow, _is_shown())
    return rows_of(
        await connection.execute(statement.where(flow.c.projectId.in_(project_ids), _mentions(flow_version.c.connectionIds, '"')))
    )


async def find_shown_versions(connection: AsyncConnection, project_ids: Sequence[str], text: str) -> list[Row]:
    """The latest and published versions whose steps contain a text, each with facts of its flow."""
    columns = (flow_version.c.id, flow_version.c.flowId, flow_version.c.displayName, flow_version.c.trigger, flow_version.c.connectionIds)
    facts = (flow.c.projectId, flow.c.status, flow.c.latestVersionId, flow.c.publishedVersionId)
    statement = select(*columns, *facts).join(flow, _is_shown())
    inside_json = dumps(text).decode()[1:-1]
    return rows_of(
        await connection.execute(statement.where(flow.c.projectId.in_(project_ids), _mentions(flow_version.c.trigger, inside_json)))
    )


def _is_shown() -> ColumnElement[bool]:
    return or_(flow_version.c.id == flow.c.latestVersionId, flow_version.c.id == flow.c.publishedVersionId)


def _mentions(column: Column[Any], text: str) -> ColumnElement[bool]:
    return type_coerce(column, String).contains(text, autoescape=True)


async def is_in_another_version(connection: AsyncConnection, flow_id: str, version_id: str, text: str) -> bool:
    """Whether a text, such as the id of a file, stands in another version of the flow."""
    others = and_(flow_version.c.flowId == flow_id, flow_version.c.id != version_id)
    statement = select(flow_version.c.id).where(others, flow_version.c.trigger.contains(text, autoescape=True)).limit(1)
    return (await connection.execute(statement)).first() is not None


async def update_flow(connection: AsyncConnection, flow_id: str, values: Row) -> None:
    await connection.execute(update(flow).where(flow.c.id == flow_id).values(values))


async def update_version(connection: AsyncConnection, version_id: str, values: Row) -> None:
    await connection.execute(update(flow_version).where(flow_version.c.id == version_id).values(values))


async def delete_flow(connection: AsyncConnection, flow_id: str) -> None:
    await connection.execute(delete(flow).where(flow.c.id == flow_id))


async def page_flows(connection: AsyncConnection, query: FlowQuery) -> Page[Any]:
    """A page of flow rows, each with `versionId`, the version to show, and `listed`, what it was sorted by."""
    published = query.version_state == FlowVersionState.LOCKED
    shown = flow.c.publishedVersionId if published else flow.c.latestVersionId
    by_name = query.sort_by == "NAME"
    listed = (func.lower(flow_version.c.displayName) if by_name else flow.c.status.concat(literal(" ")).concat(flow.c.updated)).label(
        "listed"
    )
    statement = select(*_FLOW, shown.label("versionId"), listed).join(flow_version, flow_version.c.id == shown).where(*_filters(query))
    descending = query.order == "DESC" or (query.order is None and not by_name)
    return await page_of(connection, statement, query, sort=listed, row_id=flow.c.id, descending=descending)


def _filters(query: FlowQuery) -> list[ColumnElement[bool]]:
    given: list[tuple[Any, ColumnElement[bool]]] = [
        (query.folder_id, _in_folder(query.folder_id)),
        (query.folder_ids, or_(*(_in_folder(folder_id) for folder_id in query.folder_ids or ()), false())),
        (query.status, flow.c.status.in_(query.status or ())),
        (query.name, flow_version.c.displayName.icontains(query.name or "", autoescape=True)),
        (query.version_state, flow_version.c.state == query.version_state),
        (query.connection_external_ids, or_(*(_uses(name) for name in query.connection_external_ids or ()), false())),
        (query.agent_external_ids, false()),
        (query.external_ids, flow.c.externalId.in_(query.external_ids or ())),
    ]
    return [flow.c.projectId == query.project_id, *(condition for value, condition in given if value is not None)]


def _in_folder(folder_id: str | None) -> ColumnElement[bool]:
    return flow.c.folderId.is_(None) if folder_id == NO_FOLDER else flow.c.folderId == folder_id


def _uses(connection_id: str) -> ColumnElement[bool]:
    """The ids stand in a JSON array as text, so an id is looked for as JSON has it."""
    return type_coerce(flow_version.c.connectionIds, String).contains(dumps(connection_id).decode(), autoescape=True)


async def count_flows(connection: AsyncConnection, project_id: str, folder_id: str | None) -> int:
    statement = select(func.count()).select_from(flow).where(flow.c.projectId == project_id)
    if folder_id is not None:
        statement = statement.where(_in_folder(folder_id))
    return (await connection.execute(statement)).scalar_one()


async def count_by_folder(connection: AsyncConnection, folder_ids: Sequence[str]) -> dict[str, int]:
    statement = select(flow.c.folderId, func.count()).where(flow.c.folderId.in_(folder_ids)).group_by(flow.c.folderId)
    return {row[0]: row[1] for row in await connection.execute(statement)}


async def count_by_project(connection: AsyncConnection, project_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """How many flows, and how many enabled ones, by project."""
    enabled = func.sum(case((flow.c.status == FlowStatus.ENABLED, 1), else_=0))
    statement = select(flow.c.projectId, func.count(), enabled).where(flow.c.projectId.in_(project_ids)).group_by(flow.c.projectId)
    return {project_id: (total, int(active or 0)) for project_id, total, active in await connection.execute(statement)}


async def page_versions(connection: AsyncConnection, flow_id: str, query: PageQuery) -> Page[Any]:
    statement = select(*_VERSION_METADATA).where(flow_version.c.flowId == flow_id)
    return await page_of(connection, statement, query, sort=flow_version.c.created, row_id=flow_version.c.id)


async def save_artifacts(database: Database, connection: AsyncConnection, artifacts: Iterable[Artifact]) -> None:
    for artifact in artifacts:
        values = {"hash": artifact.hash, "script": artifact.script, "error": artifact.error}
        await connection.execute(database.upsert(code_artifact, values, key=["hash"], update=["script", "error"]))


async def find_scripts(connection: AsyncConnection, hashes: Iterable[str]) -> dict[str, str]:
    """Compiled scripts by source hash."""
    return await _artifacts(connection, code_artifact.c.script, hashes)


async def find_code_errors(connection: AsyncConnection, hashes: Iterable[str]) -> dict[str, str]:
    """Why sources do not compile, by source hash; those that do are missing."""
    return await _artifacts(connection, code_artifact.c.error, hashes)


async def _artifacts(connection: AsyncConnection, column: Column[Any], hashes: Iterable[str]) -> dict[str, str]:
    wanted = list(set(hashes))
    if not wanted:
        return {}
    result = await connection.execute(select(code_artifact.c.hash, column).where(code_artifact.c.hash.in_(wanted)))
    return {row[0]: row[1] for row in result if row[1] is not None}


async def save_trigger_source(database: Database, connection: AsyncConnection, values: Row) -> None:
    """Writes the listening trigger of a flow, or of its trial, over the one before."""
    changed = [name for name in values if name not in ("flowId", "simulate")]
    statement = database.upsert(trigger_source, new_entity(**values), key=["flowId", "simulate"], update=["updated", *changed])
    await connection.execute(statement)


async def delete_trigger_source(connection: AsyncConnection, flow_id: str, *, simulate: bool) -> str | None:
    """Removes what listens for a flow, and gives the version whose trigger it was."""
    condition = and_(trigger_source.c.flowId == flow_id, trigger_source.c.simulate.is_(simulate))
    return (await connection.execute(delete(trigger_source).where(condition).returning(trigger_source.c.flowVersionId))).scalar()


async def find_trigger_sources(connection: AsyncConnection, flow_ids: Sequence[str] | None = None, *, simulate: bool = False) -> list[Row]:
    """The listening triggers of these flows, or of all; with `simulate` those that are being tried."""
    statement = select(trigger_source).where(trigger_source.c.simulate.is_(simulate))
    if flow_ids is not None:
        statement = statement.where(trigger_source.c.flowId.in_(flow_ids))
    return rows_of(await connection.execute(statement))
