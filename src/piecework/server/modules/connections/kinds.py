"""What the connections of a piece must be: found in the catalogue, whatever the piece is written in."""

from collections.abc import Callable
from typing import Protocol

from piecework.sdk import Auth


class Connectable(Protocol):
    """A piece, as far as connections are concerned; ``sdk.Piece`` is one."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def auths(self) -> tuple[Auth, ...]:
        """The kinds of auth that it takes, at most one of each type; none for a piece that needs no connection."""
        ...

    def auth_for(self, connection_type: str) -> Auth | None:
        """The kind that connections of this AppConnectionType are of."""
        ...


FindPiece = Callable[[str, str | None], Connectable | None]
"""The piece of this name at this version (None: any), None if it is not installed."""
