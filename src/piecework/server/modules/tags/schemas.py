"""What travels about tags."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, Name


class Tag(TypedDict):
    """A tag of a platform."""

    id: str
    created: str
    updated: str
    platformId: str
    name: str


class UpsertTag(Body):
    """A tag that shall be there."""

    name: Name


class SetPieceTags(Body):
    """The tags that pieces shall have, by name; they lose all others."""

    pieces_name: Annotated[list[Name], Field(max_length=1000)]
    tags: Annotated[list[Name], Field(max_length=100)]
