"""The cache of programs: a flow version is compiled and its steps resolved once, then shared by webhooks and the worker."""

from __future__ import annotations

from collections import OrderedDict

from piecework.engine.program import Program, compile_program
from piecework.runner.steps import StepRunner
from piecework.server.modules.flows.service import FlowService

CACHED_PROGRAMS = 1_000


class ProgramService:
    """Programs by flow version id. A version that changes (a draft) is forgotten and compiled again."""

    def __init__(self, flows: FlowService, runner: StepRunner) -> None:
        self._flows = flows
        self._runner = runner
        self._programs: OrderedDict[str, Program] = OrderedDict()
        flows.changed.connect(self._forget)

    async def get(self, flow_version_id: str) -> Program | None:
        """The program, ready to run; None if the version is gone."""
        program = self._programs.get(flow_version_id)
        if program is not None:
            self._programs.move_to_end(flow_version_id)
            return program
        version = await self._flows.version(flow_version_id)
        if version is None:
            return None
        program = compile_program(version.trigger, metadata=version.flow_metadata)
        await self._runner.prepare(program, version.scripts)
        self._programs[flow_version_id] = program
        if len(self._programs) > CACHED_PROGRAMS:
            self._programs.popitem(last=False)
        return program

    def forget_everything(self) -> None:
        """All programs are made anew: pieces have come or gone, and steps hold on to theirs."""
        self._programs.clear()

    def _forget(self, _flow_id: str, flow_version_id: str) -> None:
        self._programs.pop(flow_version_id, None)
