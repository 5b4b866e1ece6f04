"""Routes under /flags."""

from typing import Annotated, Any

from fastapi import Response

from piecework.server.kernel.http import Provided, Routes, reply
from piecework.server.modules.flags.service import FlagService

routes = Routes("flags", "/flags")
Flags = Annotated[FlagService, Provided(FlagService)]


@routes.get("", response_model=dict[str, Any], summary="Get the flags")
async def get_flags(flags: Flags) -> Response:
    """Returns the settings and facts that a browser needs, by their ids. For everybody."""
    return reply(await flags.all())
