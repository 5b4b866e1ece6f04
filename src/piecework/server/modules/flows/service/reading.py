"""The reads that every webhook and every run make, answered from memory.

What a write of this process changes is forgotten at once: `FlowService` calls `forget` after each commit.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row
from piecework.server.modules.flows import _repository
from piecework.server.modules.flows.code import code_steps, source_hash
from piecework.server.modules.flows.rows import wire_version
from piecework.server.modules.flows.schemas import FlowFacts, StoredVersion
from piecework.spec.jsons import dumps, loads

_FACTS_KEPT = 10_000
_VERSIONS_KEPT = 300

ValueT = TypeVar("ValueT")
Listener = Callable[[str, str], None]


class Changed:
    """The notice that a version of a flow, or its flow, is not what it was. Listeners are plain functions and must not fail."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def connect(self, listener: Listener) -> None:
        """Calls `listener(flow_id, version_id)` after every change from now on."""
        self._listeners.append(listener)

    def emit(self, flow_id: str, version_id: str) -> None:
        """Tells every listener."""
        for listener in self._listeners:
            listener(flow_id, version_id)


class _Memory(Generic[ValueT]):
    """A cache by id; the least recently used makes room. What was being loaded while something was forgotten is not kept."""

    def __init__(self, size: int, load: Callable[[str], Awaitable[ValueT | None]]) -> None:
        self._size = size
        self._load = load
        self._entries: OrderedDict[str, ValueT] = OrderedDict()
        self._forgotten = 0

    async def get(self, key: str) -> ValueT | None:
        value = self._entries.get(key)
        if value is not None:
            self._entries.move_to_end(key)
            return value
        before = self._forgotten
        value = await self._load(key)
        if value is not None and before == self._forgotten:
            self._entries[key] = value
            if len(self._entries) > self._size:
                self._entries.popitem(last=False)
        return value

    def forget(self, key: str) -> None:
        self._forgotten += 1
        self._entries.pop(key, None)

    def clear(self) -> None:
        self._forgotten += 1
        self._entries.clear()


class FlowReader:
    """Facts of flows and stored versions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._facts = _Memory(_FACTS_KEPT, self._load_facts)
        self._versions = _Memory(_VERSIONS_KEPT, self._load_version)
        self.changed = Changed()

    async def facts(self, flow_id: str) -> FlowFacts | None:
        """Returns what a webhook must know of a flow, None if there is none."""
        return await self._facts.get(flow_id)

    async def version(self, version_id: str) -> StoredVersion | None:
        """Returns a version with its scripts, None if there is none."""
        return await self._versions.get(version_id)

    def forget(self, flow_id: str, version_ids: Iterable[str]) -> None:
        """Drops what was changed and tells the listeners."""
        self._facts.forget(flow_id)
        for version_id in version_ids:
            self._versions.forget(version_id)
            self.changed.emit(flow_id, version_id)

    def forget_everything(self) -> None:
        """Drops all that is remembered: flows may have gone with their project."""
        self._facts.clear()
        self._versions.clear()

    async def _load_facts(self, flow_id: str) -> FlowFacts | None:
        async with self._database.read() as connection:
            row = await _repository.find_flow(connection, flow_id)
        return None if row is None else facts_of(row)

    async def _load_version(self, version_id: str) -> StoredVersion | None:
        async with self._database.read() as connection:
            row = (await _repository.find_versions(connection, [version_id])).get(version_id)
            flow = await _repository.find_flow(connection, row["flowId"]) if row is not None else None
            return None if row is None or flow is None else await stored_version(connection, flow, row)


def facts_of(row: Row) -> FlowFacts:
    """The facts that stand in a flow's row."""
    return FlowFacts(
        id=row["id"],
        project_id=row["projectId"],
        external_id=row["externalId"],
        status=row["status"],
        published_version_id=row["publishedVersionId"],
        latest_version_id=row["latestVersionId"],
        folder_id=row["folderId"],
        owner_id=row["ownerId"],
        metadata=row["metadata"],
    )


async def stored_version(connection: AsyncConnection, flow: Row, row: Row) -> StoredVersion:
    """A version as the worker reads it, from its rows."""
    trigger = loads(row["trigger"])
    hashes = {step["name"]: source_hash(step) for step in code_steps(trigger)}
    scripts = await _repository.find_scripts(connection, hashes.values())
    return StoredVersion(
        id=row["id"],
        flow_id=row["flowId"],
        project_id=flow["projectId"],
        state=row["state"],
        display_name=row["displayName"],
        trigger=trigger,
        valid=row["valid"],
        updated=row["updated"],
        scripts={name: scripts[key] for name, key in hashes.items() if key in scripts},
        flow_metadata=flow["metadata"],
        wire_json=dumps(wire_version(row)),
    )
