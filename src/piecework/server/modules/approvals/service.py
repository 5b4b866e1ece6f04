"""What a person who opens an approval link is told: who asks, since when, until when, and whether there is still something to answer.

Reading resumes nothing (docs/decisions/0017). The link is the credential, so nothing that the flow works on is told: no input, no output.
"""

from __future__ import annotations

from datetime import UTC, datetime

from piecework.engine.tree import walk
from piecework.server.kernel.clock import from_iso
from piecework.server.kernel.errors import ApError
from piecework.server.modules.approvals._repository import WaitpointRepository, WaitpointRow
from piecework.server.modules.approvals.schemas import ApprovalRequest, Stage
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.platforms.service import PlatformService
from piecework.server.modules.projects.service import ProjectService
from piecework.server.modules.runs.parents import steps_meant
from piecework.server.modules.runs.service import RunService
from piecework.server.ports.runs import RunReader
from piecework.spec.run import UNFINISHED


class ApprovalService:
    """See the module."""

    def __init__(
        self, runs: RunService, reader: RunReader, flows: FlowService, projects: ProjectService, platforms: PlatformService
    ) -> None:
        self._runs = runs
        self._waitpoints = WaitpointRepository(reader)
        self._flows = flows
        self._projects = projects
        self._platforms = platforms

    async def request(self, run_id: str, waitpoint_id: str, *, older: bool = False) -> ApprovalRequest:
        """What a link asks for. ``older``: a link of the older form, whose id need not be that of a waitpoint (``runs.parents.steps_meant``)."""
        try:
            row = await self._runs.row(run_id)
        except ApError:
            return ApprovalRequest(Stage.UNKNOWN)
        project_id, version_id, status = row[3], row[5], row[7]
        if older:
            waitpoint = await self._waitpoints.find_meant(run_id, waitpoint_id, steps_meant(waitpoint_id))
        else:
            waitpoint = await self._waitpoints.find(run_id, waitpoint_id)
        stage = stage_of(waitpoint, unfinished=status in UNFINISHED, named=not older)
        version = await self._flows.version(version_id)
        return ApprovalRequest(
            stage,
            await self._platform(project_id),
            version.display_name if version else "",
            step_of(version, waitpoint) if version and waitpoint and stage is not Stage.NOT_YET else "",
            from_iso(waitpoint.created) if waitpoint and stage is not Stage.NOT_YET else None,
            moment_of(waitpoint.resume_at) if waitpoint and stage is Stage.OPEN else None,
            (waitpoint.id if waitpoint else waitpoint_id) if stage is Stage.OPEN else None,
        )

    async def _platform(self, project_id: str) -> str:
        """The name of the platform that the project belongs to."""
        project = await self._projects.find(project_id)
        return "Piecework" if project is None else (await self._platforms.get(project["platformId"]))["name"]


def stage_of(waitpoint: WaitpointRow | None, *, unfinished: bool, named: bool) -> Stage:
    """Where a request stands by its waitpoint and its run. ``named``: the link names the waitpoint, so that an answer that comes before the run
    has paused is kept for it (spec/engine.md §5).
    """
    if waitpoint is None or waitpoint.type == "DELAY":
        if not unfinished:
            return Stage.OVER
        return Stage.OPEN if named and waitpoint is None else Stage.NOT_YET
    if waitpoint.status == "COMPLETED":
        return Stage.ANSWERED
    if unfinished:
        return Stage.OPEN
    until = moment_of(waitpoint.resume_at)
    return Stage.EXPIRED if until is not None and until <= datetime.now(UTC) else Stage.OVER


def moment_of(milliseconds: int | None) -> datetime | None:
    """Milliseconds since 1970 as an aware datetime."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def step_of(version: StoredVersion, waitpoint: WaitpointRow) -> str:
    """The display name of the step that waits; empty if the version has no such step."""
    name = waitpoint.step_path.rpartition("/")[2]
    return next((step["displayName"] for step in walk(version.trigger) if step["name"] == name), "")
