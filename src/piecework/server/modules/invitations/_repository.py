"""Statements about invitations."""

from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Row, new_entity, row_of, rows_of
from piecework.server.kernel.http import Page, page_of
from piecework.server.modules.invitations.models import user_invitation as invitation
from piecework.server.modules.invitations.schemas import InvitationQuery, InvitationStatus


async def upsert_invitation(connection: AsyncConnection, values: Row) -> Row:
    """Adds an invitation, or gives the one of this person to the same place its new role, and returns it."""
    same_place = (
        invitation.c.platformId == values["platformId"],
        invitation.c.email == values["email"],
        invitation.c.projectId.is_not_distinct_from(values["projectId"]),
    )
    found = row_of(await connection.execute(select(invitation).where(*same_place)))
    if found is None:
        row = new_entity(**values)
        await connection.execute(insert(invitation).values(row))
        return row
    changed = {**found, **values, "updated": now_iso()}
    await connection.execute(update(invitation).where(invitation.c.id == found["id"]).values(changed))
    return changed


async def find_invitation(connection: AsyncConnection, invitation_id: str) -> Row | None:
    return row_of(await connection.execute(select(invitation).where(invitation.c.id == invitation_id)))


async def find_accepted(connection: AsyncConnection, email: str) -> list[Row]:
    statement = select(invitation).where(invitation.c.email == email, invitation.c.status == InvitationStatus.ACCEPTED)
    return rows_of(await connection.execute(statement.order_by(invitation.c.created)))


async def page_invitations(connection: AsyncConnection, platform_id: str, query: InvitationQuery) -> Page[Any]:
    statement = select(invitation).where(invitation.c.platformId == platform_id, invitation.c.type == query.type)
    if query.project_id is not None:
        statement = statement.where(invitation.c.projectId == query.project_id)
    if query.status is not None:
        statement = statement.where(invitation.c.status == query.status)
    return await page_of(connection, statement, query, sort=invitation.c.created, row_id=invitation.c.id, descending=False)


async def set_accepted(connection: AsyncConnection, invitation_id: str) -> None:
    values = {"status": InvitationStatus.ACCEPTED, "updated": now_iso()}
    await connection.execute(update(invitation).where(invitation.c.id == invitation_id).values(values))


async def delete_invitation(connection: AsyncConnection, invitation_id: str) -> None:
    await connection.execute(delete(invitation).where(invitation.c.id == invitation_id))
