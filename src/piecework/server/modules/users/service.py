"""What can be done with users. `changed` tells that somebody's session may be over or worth more or less than before."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row
from piecework.server.kernel.errors import ApError, ErrorCode, entity_not_found, invalid
from piecework.server.kernel.http import Page
from piecework.server.kernel.passwords import hash_password, verify_password
from piecework.server.kernel.signal import Signal
from piecework.server.modules.users import _repository
from piecework.server.modules.users.schemas import Me, Owner, OwnerName, PlatformRole, UpdateMe, UpdateUser, User, UserQuery, UserStatus


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who signs up; `password_hash` is bcrypt's."""

    email: str
    password_hash: str
    first_name: str
    last_name: str
    track_events: bool
    news_letter: bool


class UserService:
    """Reads and changes identities and users. Methods that take a connection are parts of a larger transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.changed = Signal()

    async def add_identity(self, connection: AsyncConnection, person: NewPerson) -> Row:
        """Adds a person and returns the identity. Raises EXISTING_USER when the e-mail address is taken."""
        if await _repository.find_identity(connection, person.email):
            raise ApError(ErrorCode.EXISTING_USER, {"email": person.email, "platformId": None})
        values = {
            "email": person.email,
            "password": person.password_hash,
            "firstName": person.first_name,
            "lastName": person.last_name,
            "trackEvents": person.track_events,
            "newsLetter": person.news_letter,
            "verified": True,
            "provider": "EMAIL",
            "tokenVersion": 0,
            "imageUrl": None,
        }
        return await _repository.insert_identity(connection, values)

    async def add_user(self, connection: AsyncConnection, identity_id: str, platform_id: str | None, role: PlatformRole) -> Row:
        """Makes a person a user of a platform (None: of one that is yet to be made) and returns the user."""
        values = {
            "identityId": identity_id,
            "platformId": platform_id,
            "platformRole": role,
            "status": UserStatus.ACTIVE,
            "externalId": None,
            "lastActiveDate": None,
        }
        return await _repository.insert_user(connection, values)

    async def set_platform(self, connection: AsyncConnection, user_id: str, platform_id: str) -> None:
        """Puts a user on the platform that was made for him."""
        await _repository.update_user(connection, user_id, {"platformId": platform_id})

    async def set_platform_role(self, connection: AsyncConnection, user_id: str, role: PlatformRole) -> None:
        """Gives a user another role on his platform; the caller emits `changed` when the transaction is over."""
        await _repository.update_user(connection, user_id, {"platformRole": role})

    async def anybody_there(self, connection: AsyncConnection) -> bool:
        """Whether somebody has signed up yet."""
        return await _repository.count_users(connection) > 0

    async def find_identity(self, connection: AsyncConnection, email: str) -> Row | None:
        """Returns the person with this (lower-case) e-mail address, with the password hash."""
        return await _repository.find_identity(connection, email)

    async def identity_of(self, connection: AsyncConnection, user_id: str) -> Row | None:
        """Returns the person behind a user, with the password hash."""
        return await _repository.find_identity_of(connection, user_id)

    async def accounts_of(self, connection: AsyncConnection, identity_id: str) -> list[Row]:
        """Returns the users that a person is, oldest first."""
        return await _repository.find_accounts(connection, identity_id)

    async def account(self, connection: AsyncConnection, user_id: str) -> Row:
        """Returns the row of a user who is there."""
        return await _repository.get_account(connection, user_id)

    async def session_of(self, user_id: str) -> Row | None:
        """Returns what decides whether a user's token is good: status, platformRole, platformId, tokenVersion, verified."""
        async with self._database.read() as connection:
            return await _repository.find_session(connection, user_id)

    async def me(self, user_id: str) -> Me:
        """Returns the calling user."""
        async with self._database.read() as connection:
            found: Any = await _repository.find_me(connection, user_id)
        if found is None:
            raise entity_not_found("user", user_id)
        return found

    async def get(self, user_id: str, platform_id: str) -> User:
        """Returns a user of a platform."""
        async with self._database.read() as connection:
            return await self._get(connection, user_id, platform_id)

    async def owners(self, user_ids: Collection[str], platform_id: str) -> dict[str, Owner]:
        """Returns users of a platform by id; those who have left are missing."""
        async with self._database.read() as connection:
            return {row["id"]: row for row in await _repository.find_owners(connection, user_ids, platform_id)}

    async def owner_names(self, user_ids: Collection[str], platform_id: str) -> list[OwnerName]:
        """Returns the names of users of a platform, by e-mail address."""
        owners = await self.owners(user_ids, platform_id)
        names = (OwnerName(firstName=owner["firstName"], lastName=owner["lastName"], email=owner["email"]) for owner in owners.values())
        return sorted(names, key=lambda name: name["email"])

    async def page(self, platform_id: str, query: UserQuery) -> Page[User]:
        """Returns a page of a platform's users, newest first."""
        async with self._database.read() as connection:
            return await _repository.page_users(connection, platform_id, query)

    async def update(self, user_id: str, platform_id: str, changes: UpdateUser, caller_id: str) -> User:
        """Changes a user's status, role or external id, as the administrator `caller_id`.

        Nobody locks himself out, so that an administrator is always left.
        """
        locks_out = changes.status == UserStatus.INACTIVE or changes.platform_role not in (None, PlatformRole.ADMIN)
        if user_id == caller_id and locks_out:
            raise invalid("You cannot take the administration from yourself")
        values = changes.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
        if "external_id" in changes.model_fields_set:
            values["externalId"] = changes.external_id
        async with self._database.transaction() as connection:
            await self._get(connection, user_id, platform_id)
            if values:
                await _repository.update_user(connection, user_id, values)
            found = await self._get(connection, user_id, platform_id)
        self.changed.emit()
        return found

    async def update_me(self, user_id: str, changes: UpdateMe) -> Me:
        """Changes the calling user's profile or password. Raises INVALID_CREDENTIALS when the current password is wrong or missing."""
        values: Row = changes.model_dump(
            by_alias=True, include={"first_name", "last_name", "track_events", "news_letter"}, exclude_none=True
        )
        async with self._database.read() as connection:
            identity = await _repository.find_identity_of(connection, user_id)
        if identity is None:
            raise entity_not_found("user", user_id)
        if changes.new_password is not None:
            if not await verify_password(changes.current_password or "", identity["password"]):
                raise ApError(ErrorCode.INVALID_CREDENTIALS)
            values |= {"password": await hash_password(changes.new_password), "tokenVersion": identity["tokenVersion"] + 1}
        if values:
            async with self._database.transaction() as connection:
                await _repository.update_identity(connection, identity["id"], values)
            self.changed.emit()
        return await self.me(user_id)

    async def delete(self, user_id: str, platform_id: str, caller_id: str) -> None:
        """Deletes a user of a platform; nobody deletes himself."""
        if user_id == caller_id:
            raise invalid("You cannot delete yourself")
        async with self._database.transaction() as connection:
            await self._get(connection, user_id, platform_id)
            await _repository.delete_user(connection, user_id)
        self.changed.emit()

    async def _get(self, connection: AsyncConnection, user_id: str, platform_id: str) -> User:
        found: Any = await _repository.find_user(connection, user_id, platform_id)
        if found is None:
            raise entity_not_found("user", user_id)
        return found
