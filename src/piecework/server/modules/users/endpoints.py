"""Routes under /users."""

from typing import Annotated

from fastapi import Query, Response

from piecework.server.kernel.http import CallerOf, EntityId, Page, Provided, Routes, no_content, reply
from piecework.server.modules.users.schemas import Me, UpdateMe, UpdateUser, User, UserQuery
from piecework.server.modules.users.service import UserService

routes = Routes("users", "/users")
Users = Annotated[UserService, Provided(UserService)]


@routes.get("/me", response_model=Me, summary="Get the calling user")
async def get_me(caller: CallerOf, users: Users) -> Response:
    """Returns the user whom the token belongs to, with his profile."""
    return reply(await users.me((await caller.user()).id))


@routes.post("/me", response_model=Me, summary="Update the calling user")
async def update_me(caller: CallerOf, users: Users, changes: UpdateMe) -> Response:
    """Changes the profile or the password. A new password needs the current one and ends every session of this user."""
    return reply(await users.update_me((await caller.user()).id, changes))


@routes.get("", response_model=Page[User], summary="List the users of the platform")
async def list_users(caller: CallerOf, users: Users, query: Annotated[UserQuery, Query()]) -> Response:
    """Returns the users of the caller's platform, newest first."""
    return reply(await users.page((await caller.user()).platform_id, query))


@routes.post("/{id}", response_model=User, summary="Update a user")
async def update_user(caller: CallerOf, users: Users, user_id: EntityId, changes: UpdateUser) -> Response:
    """Changes the status, the role or the external id of a user. For platform administrators."""
    admin = await caller.admin()
    return reply(await users.update(user_id, admin.platform_id, changes, admin.id))


@routes.delete("/{id}", status_code=204, response_class=Response, summary="Delete a user")
async def delete_user(caller: CallerOf, users: Users, user_id: EntityId) -> Response:
    """Deletes a user and what is his alone. For platform administrators."""
    admin = await caller.admin()
    await users.delete(user_id, admin.platform_id, admin.id)
    return no_content()
