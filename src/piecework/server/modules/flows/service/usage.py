"""Which flows use a connection or a variable: asked by those, which know nothing else of flows."""

from collections.abc import Collection, Sequence

from piecework.engine.secret_references import steps_with_connection, variable_names
from piecework.server.kernel.db import Database
from piecework.server.modules.flows import _repository
from piecework.server.modules.flows.schemas import FlowUse
from piecework.spec.jsons import loads


class FlowUsage:
    """Looks at the latest and the published version of every flow."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_connection(self, project_ids: Sequence[str], external_ids: Collection[str]) -> dict[str, list[str]]:
        """Returns the ids of the flows that use each of these connections, by external id; a connection without any is missing."""
        async with self._database.read() as connection:
            rows = await _repository.find_with_connections(connection, project_ids)
        found: dict[str, dict[str, None]] = {}
        for row in rows:
            for external_id in row["connectionIds"]:
                if external_id in external_ids:
                    found.setdefault(external_id, {})[row["flowId"]] = None
        return {external_id: list(flow_ids) for external_id, flow_ids in found.items()}

    async def by_variable(self, project_id: str, names: Collection[str]) -> dict[str, list[str]]:
        """Returns the ids of the flows that use each of these variables, by name; a variable without any is missing."""
        async with self._database.read() as connection:
            rows = await _repository.find_shown_versions(connection, [project_id], "variables")
        found: dict[str, dict[str, None]] = {}
        for row in rows:
            for name in variable_names(loads(row["trigger"])):
                if name in names:
                    found.setdefault(name, {})[row["flowId"]] = None
        return {name: list(flow_ids) for name, flow_ids in found.items()}

    async def of_connection(self, project_ids: Sequence[str], external_id: str) -> list[FlowUse]:
        """Returns the flows that use a connection, by name, each with the steps that do."""
        async with self._database.read() as connection:
            rows = await _repository.find_shown_versions(connection, project_ids, external_id)
        uses: dict[str, FlowUse] = {}
        for row in rows:
            if external_id not in row["connectionIds"]:
                continue
            draft, published = row["id"] == row["latestVersionId"], row["id"] == row["publishedVersionId"]
            steps = steps_with_connection(loads(row["trigger"]), external_id)
            use = uses.setdefault(row["flowId"], FlowUse(
                id=row["flowId"], projectId=row["projectId"], displayName=row["displayName"], status=row["status"],
                inLatest=False, inPublished=False, steps=[],
            ))  # fmt: skip
            use["inLatest"] |= draft
            use["inPublished"] |= published
            use["steps"] = list(dict.fromkeys([*use["steps"], *steps]))
        return sorted(uses.values(), key=lambda use: (use["displayName"].casefold(), use["id"]))
