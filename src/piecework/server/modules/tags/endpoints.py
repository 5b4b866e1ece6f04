"""Routes under /tags."""

from typing import Annotated

from fastapi import Query, Response

from piecework.server.kernel.http import CallerOf, Page, PageQuery, Provided, Routes, no_content, reply
from piecework.server.modules.tags.schemas import SetPieceTags, Tag, UpsertTag
from piecework.server.modules.tags.service import TagService

routes = Routes("tags", "/tags")
Tags = Annotated[TagService, Provided(TagService)]


@routes.get("", response_model=Page[Tag], summary="List tags")
async def list_tags(caller: CallerOf, tags: Tags, query: Annotated[PageQuery, Query()]) -> Response:
    """Returns the tags of the caller's platform."""
    return reply(await tags.page((await caller.user()).platform_id, query))


@routes.post("", response_model=Tag, summary="Create a tag")
async def upsert_tag(caller: CallerOf, tags: Tags, request: UpsertTag) -> Response:
    """Adds a tag, or returns the one of this name. For platform administrators."""
    return reply(await tags.upsert((await caller.admin()).platform_id, request.name))


@routes.post("/pieces", status_code=201, response_class=Response, summary="Tag pieces")
async def set_piece_tags(caller: CallerOf, tags: Tags, request: SetPieceTags) -> Response:
    """Gives pieces exactly these tags. For platform administrators."""
    await tags.set_piece_tags((await caller.admin()).platform_id, request)
    return no_content(201)
