"""Statements about identities and users."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Row, new_entity, row_of, rows_of
from piecework.server.kernel.http import Page, page_of
from piecework.server.modules.users.models import user, user_identity
from piecework.server.modules.users.schemas import UserQuery

_PERSON = (user_identity.c.email, user_identity.c.firstName, user_identity.c.lastName, user_identity.c.imageUrl)
_ACCOUNT = tuple(column for column in user.c if column.name != "identityId")
_PRIVATE = (user_identity.c.trackEvents, user_identity.c.newsLetter, user_identity.c.verified)


def _users() -> Select[Any]:
    return select(*_ACCOUNT, *_PERSON).join_from(user, user_identity)


async def insert_identity(connection: AsyncConnection, values: Row) -> Row:
    row = new_entity(**values)
    await connection.execute(insert(user_identity).values(row))
    return row


async def insert_user(connection: AsyncConnection, values: Row) -> Row:
    row = new_entity(**values)
    await connection.execute(insert(user).values(row))
    return row


async def find_identity(connection: AsyncConnection, email: str) -> Row | None:
    result = await connection.execute(select(user_identity).where(user_identity.c.email == email))
    return row_of(result)


async def find_identity_of(connection: AsyncConnection, user_id: str) -> Row | None:
    """The identity behind a user, with its password hash."""
    result = await connection.execute(select(user_identity).join(user).where(user.c.id == user_id))
    return row_of(result)


async def find_accounts(connection: AsyncConnection, identity_id: str) -> list[Row]:
    """The users that one person is, oldest first."""
    result = await connection.execute(select(user).where(user.c.identityId == identity_id).order_by(user.c.created, user.c.id))
    return rows_of(result)


async def get_account(connection: AsyncConnection, user_id: str) -> Row:
    return rows_of(await connection.execute(select(user).where(user.c.id == user_id)))[0]


async def find_user(connection: AsyncConnection, user_id: str, platform_id: str) -> Row | None:
    result = await connection.execute(_users().where(user.c.id == user_id, user.c.platformId == platform_id))
    return row_of(result)


async def find_me(connection: AsyncConnection, user_id: str) -> Row | None:
    statement = select(*user.c, *_PERSON, *_PRIVATE).join_from(user, user_identity).where(user.c.id == user_id)
    return row_of(await connection.execute(statement))


async def find_session(connection: AsyncConnection, user_id: str) -> Row | None:
    """What decides whether a token of this user is still good."""
    columns = (user.c.status, user.c.platformRole, user.c.platformId, user_identity.c.tokenVersion, user_identity.c.verified)
    return row_of(await connection.execute(select(*columns).join_from(user, user_identity).where(user.c.id == user_id)))


async def page_users(connection: AsyncConnection, platform_id: str, query: UserQuery) -> Page[Any]:
    statement = _users().where(user.c.platformId == platform_id)
    if query.external_id is not None:
        statement = statement.where(user.c.externalId == query.external_id)
    return await page_of(connection, statement, query, sort=user.c.created, row_id=user.c.id)


async def find_owners(connection: AsyncConnection, user_ids: Collection[str], platform_id: str) -> list[Any]:
    """Users as ``schemas.Owner`` shows them."""
    account = tuple(column for column in _ACCOUNT if column.name != "lastActiveDate")
    person = (user_identity.c.email, user_identity.c.firstName, user_identity.c.lastName)
    statement = select(*account, *person).join_from(user, user_identity)
    return rows_of(await connection.execute(statement.where(user.c.id.in_(user_ids), user.c.platformId == platform_id)))


async def count_users(connection: AsyncConnection) -> int:
    return (await connection.execute(select(func.count()).select_from(user))).scalar_one()


async def update_user(connection: AsyncConnection, user_id: str, values: Row) -> None:
    await connection.execute(update(user).where(user.c.id == user_id).values(updated=now_iso(), **values))


async def update_identity(connection: AsyncConnection, identity_id: str, values: Row) -> None:
    await connection.execute(update(user_identity).where(user_identity.c.id == identity_id).values(updated=now_iso(), **values))


async def delete_user(connection: AsyncConnection, user_id: str) -> None:
    """Deletes a user, and the person behind him when he was the last one."""
    identity_id = (await connection.execute(select(user.c.identityId).where(user.c.id == user_id))).scalar_one()
    await connection.execute(delete(user).where(user.c.id == user_id))
    others = select(user.c.id).where(user.c.identityId == identity_id).exists()
    await connection.execute(delete(user_identity).where(user_identity.c.id == identity_id, ~others))
