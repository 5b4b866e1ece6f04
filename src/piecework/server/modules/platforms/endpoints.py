"""Routes under /platforms."""

from typing import Annotated

from fastapi import Response

from piecework.server.kernel.errors import not_authorized
from piecework.server.kernel.http import CallerOf, EntityId, Provided, Routes, reply
from piecework.server.modules.platforms.schemas import Platform, UpdatePlatform
from piecework.server.modules.platforms.service import PlatformService

routes = Routes("platforms", "/platforms")
Platforms = Annotated[PlatformService, Provided(PlatformService)]


@routes.get("/{id}", response_model=Platform, summary="Get a platform")
async def get_platform(caller: CallerOf, platforms: Platforms, platform_id: EntityId) -> Response:
    """Returns the caller's platform."""
    if (await caller.user()).platform_id != platform_id:
        raise not_authorized("This is not your platform")
    return reply(await platforms.get(platform_id))


@routes.post("/{id}", response_model=Platform, summary="Update a platform")
async def update_platform(caller: CallerOf, platforms: Platforms, platform_id: EntityId, changes: UpdatePlatform) -> Response:
    """Changes the look of a platform or how one signs in. For platform administrators."""
    if (await caller.admin()).platform_id != platform_id:
        raise not_authorized("This is not your platform")
    return reply(await platforms.update(platform_id, changes))
