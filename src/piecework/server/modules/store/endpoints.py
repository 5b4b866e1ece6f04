"""Routes under /store-entries (spec/api.md §8)."""

from typing import Annotated

from fastapi import Query, Response

from piecework.server.kernel.errors import entity_not_found
from piecework.server.kernel.http import CallerOf, Provided, Routes, no_content, reply
from piecework.server.modules.store.errors import StoreValueTooLargeError
from piecework.server.modules.store.schemas import PutStoreEntry, StoreEntry, StoreQuery
from piecework.server.modules.store.service import StoreService

routes = Routes("store", "/store-entries")
Store = Annotated[StoreService, Provided(StoreService)]


@routes.post(
    "",
    response_model=StoreEntry,
    summary="Put a value into the store",
    responses={413: {"description": "The value is too large.", "model": dict[str, str]}},
)
async def put_store_entry(caller: CallerOf, store: Store, request: PutStoreEntry) -> Response:
    """Keeps a JSON value under a key of the project, in the place of the one before."""
    project_id = await caller.project(request.project_id)
    try:
        return reply(await store.put(project_id, request.key, request.value))
    except StoreValueTooLargeError as error:
        return reply({"message": str(error)}, 413)


@routes.get("", response_model=StoreEntry, summary="Get a value from the store")
async def get_store_entry(caller: CallerOf, store: Store, query: Annotated[StoreQuery, Query()]) -> Response:
    """Returns the entry of a key."""
    entry = await store.get(await caller.project(query.project_id), query.key)
    if entry is None:
        raise entity_not_found("store-entry", query.key)
    return reply(entry)


@routes.delete("", response_class=Response, summary="Delete a value from the store")
async def delete_store_entry(caller: CallerOf, store: Store, query: Annotated[StoreQuery, Query()]) -> Response:
    """Forgets a key."""
    await store.delete(await caller.project(query.project_id), query.key)
    return no_content(200)
