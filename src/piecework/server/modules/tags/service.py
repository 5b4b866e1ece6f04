"""What can be done with tags."""

from typing import Any

from piecework.server.kernel.db import Database
from piecework.server.kernel.http import Page, PageQuery
from piecework.server.modules.tags import _repository
from piecework.server.modules.tags.schemas import SetPieceTags, Tag


class TagService:
    """Reads and changes the tags of platforms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def upsert(self, platform_id: str, name: str) -> Tag:
        """Returns the platform's tag of this name, which is made when there is none."""
        async with self._database.transaction() as connection:
            found: Any = await _repository.upsert_tag(self._database, connection, platform_id, name)
            return found

    async def page(self, platform_id: str, query: PageQuery) -> Page[Tag]:
        """Returns a page of a platform's tags, oldest first."""
        async with self._database.read() as connection:
            return await _repository.page_tags(connection, platform_id, query)

    async def set_piece_tags(self, platform_id: str, request: SetPieceTags) -> None:
        """Gives pieces exactly these tags; tags that are not there are made."""
        async with self._database.transaction() as connection:
            tags = [await _repository.upsert_tag(self._database, connection, platform_id, name) for name in dict.fromkeys(request.tags)]
            pieces = list(dict.fromkeys(request.pieces_name))
            await _repository.replace_piece_tags(connection, platform_id, pieces, [tag["id"] for tag in tags])

    async def tags_of_pieces(self, platform_id: str) -> dict[str, list[str]]:
        """Returns the names of the tags of every tagged piece, by piece name."""
        async with self._database.read() as connection:
            rows = await _repository.find_piece_tags(connection, platform_id)
        tags: dict[str, list[str]] = {}
        for row in rows:
            tags.setdefault(row["pieceName"], []).append(row["name"])
        return tags
