"""What a piece may ask of the platform, as protocols. The runner implements them; ``sdk.testing`` has in-memory twins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from piecework.sdk.errors import PieceError
from piecework.spec.piece import StoreScope


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file in memory. ``extension`` has no dot and is None where the name has none."""

    filename: str
    data: bytes
    extension: str | None = None


class Store(Protocol):
    """Small JSON values that outlive a run. ``get`` gives None for an unknown key."""

    async def get(self, key: str, scope: StoreScope = StoreScope.FLOW) -> Any: ...
    async def put(self, key: str, value: Any, scope: StoreScope = StoreScope.FLOW) -> None: ...
    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None: ...


class Files(Protocol):
    """Files that steps hand on as URLs. ``max_bytes``: the largest that may be read or kept, None without a limit."""

    @property
    def max_bytes(self) -> int | None: ...

    async def write(self, file_name: str, data: bytes) -> str:
        """Keep the bytes and give the URL under which later steps read them."""
        ...

    async def read(self, url: str) -> LoadedFile:
        """Fetch one of our own file URLs or any http(s) URL. Raises PieceError if it cannot be read or is too large."""
        ...


class Connections(Protocol):
    """Credentials of the project by external id. None if there is no such connection."""

    async def get(self, external_id: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class FlowCall:
    """A call of one flow by a run of another. Two calls with the same ``key`` are one: a step that runs again after a crash finds its child.

    ``body`` is what the called flow's trigger gives. ``waitpoint_id``: the pause of the calling run that the answer ends; None: nobody waits.
    """

    flow_id: str
    body: Any
    run_id: str
    key: str
    waitpoint_id: str | None = None


class Flows(Protocol):
    """The published flows of the project, and calling them."""

    async def list(self, external_ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Published flows as they travel, disabled ones too: ``{id, externalId, status, version: {displayName, trigger, …}, …}``.

        ``external_ids``: only those that have one of them.
        """
        ...

    async def call(self, call: FlowCall) -> str:
        """Start the flow's run and give its id; the run is durable then. Raises PieceError for a flow that is missing or disabled, and for a
        chain of calls that is too long.
        """
        ...

    async def answer(self, callback_url: str, body: Any) -> bool:
        """Give a caller what it waits for, whoever it is. False if it waits no longer. Raises PieceError if it cannot be reached."""
        ...

    async def answer_to(self, waitpoint_id: str) -> Any:
        """Wait for the answer of a call without pausing, as a step test does: the body that ended, or would have ended, the pause."""
        ...


class NoFlows:
    """``Flows`` where there is only the flow that runs."""

    async def list(self, external_ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        return []

    async def call(self, call: FlowCall) -> str:
        raise PieceError("There is no other flow here that could be called")

    async def answer(self, callback_url: str, body: Any) -> bool:
        return False

    async def answer_to(self, waitpoint_id: str) -> Any:
        return None


NO_FLOWS = NoFlows()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of SQL; ``arguments`` stand for its ``?``, or by their names for ``:name``."""

    sql: str
    arguments: Sequence[Any] | Mapping[str, Any] = ()


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What statements gave, and the database's file after them."""

    results: list[dict[str, Any]]
    data: bytes


class Databases(Protocol):
    """SQLite databases of the project. Statements run in one transaction, all of them or none, and end after ``seconds``.

    Each result is ``{"rows": [{column: value}], "changedRows": int, "lastRowId": int | None}``. Raises PieceError for what the database refuses,
    and at the limits of time, rows and bytes.
    """

    async def run(self, database: str, statements: Sequence[Statement], seconds: float) -> list[dict[str, Any]]:
        """Ask a database of the project by its name; one that is not there begins empty."""
        ...

    async def run_on_file(self, data: bytes, statements: Sequence[Statement], seconds: float) -> FileAnswer:
        """Ask a database that is a file; the file itself does not change. No bytes are an empty database."""
        ...


class NoDatabases:
    """``Databases`` where there are none."""

    async def run(self, database: str, statements: Sequence[Statement], seconds: float) -> list[dict[str, Any]]:
        """See ``Databases``."""
        raise PieceError("There are no databases here")

    async def run_on_file(self, data: bytes, statements: Sequence[Statement], seconds: float) -> FileAnswer:
        """See ``Databases``."""
        raise PieceError("There are no databases here")


NO_DATABASES = NoDatabases()


@dataclass(frozen=True, slots=True)
class Server:
    """Where the platform is reached: ``api_url`` from the workers, ``public_url`` from outside. Both end with a slash."""

    api_url: str = ""
    public_url: str = ""
