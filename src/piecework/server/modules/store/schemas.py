"""What travels about store entries."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, IdText, Query
from piecework.server.kernel.http.fields import NO_NUL

Key = Annotated[str, StringConstraints(pattern=NO_NUL, min_length=1, max_length=128)]


class StoreEntry(TypedDict):
    """A value under its key."""

    id: str
    created: str
    updated: str
    key: str
    projectId: str
    value: Any


class PutStoreEntry(Body):
    """A value to keep. A running step's project is known; a user names his."""

    key: Key
    value: Any = None
    project_id: IdText | None = None


class StoreQuery(Query):
    """Which entry is meant."""

    key: Key
    project_id: IdText | None = Field(None, description="The project; needed with a user's token.")
