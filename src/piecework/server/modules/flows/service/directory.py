"""The published flows of a project, as pieces see them."""

from collections.abc import Sequence
from typing import Any

from piecework.server.kernel.db import Database
from piecework.server.modules.flows import _repository
from piecework.spec.jsons import loads


class FlowDirectory:
    """Reads flows with their published versions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def published(self, project_id: str, external_ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Returns the project's published flows, disabled ones too, by the names of their published versions; only these external ids, if given."""
        async with self._database.read() as connection:
            flows = await _repository.find_published(connection, project_id, external_ids)
            versions = await _repository.find_versions(connection, [flow["publishedVersionId"] for flow in flows])
        found = [
            {**flow, "version": {**version, "trigger": loads(version["trigger"])}}
            for flow in flows
            if (version := versions.get(flow["publishedVersionId"])) is not None
        ]
        return sorted(found, key=lambda flow: flow["version"]["displayName"].lower())
