"""What happens before the first step of a run: its trigger hears of it, where it wants to (spec/engine.md §4, executeOnStart)."""

from __future__ import annotations

import asyncio

from piecework.engine.advance import FAILED_MESSAGE_LIMIT, trigger_record
from piecework.engine.commands import FailedStep, Finish
from piecework.engine.program import Program
from piecework.engine.state import RunState
from piecework.runner.errors import failure
from piecework.runner.steps import RunFacts, now_ms
from piecework.runner.triggers import hears_starts, tell_of_start
from piecework.server.ports.runs import JobKind
from piecework.spec.run import FlowRunStatus

_BEGINNINGS = frozenset({JobKind.BEGIN, JobKind.RETRY})


def begins(program: Program, state: RunState, kind: JobKind) -> bool:
    """Whether the run has not begun a step yet, in this life or an earlier one, and its trigger wants to know that it will."""
    return hears_starts(program) and kind in _BEGINNINGS and state.only is None and state.restored.keys() <= {program.trigger["name"]}


async def call_on_start(program: Program, state: RunState, facts: RunFacts, seconds: float) -> Finish | None:
    """Call the trigger's ``on_start``. Gives how the run ends where that fails; a retry calls it again.

    After a crash it may be called twice for one run, as a step in flight is.
    """
    name = program.trigger["name"]
    known = state.restored.get(name)
    output = facts.trigger_output if known is None else known.get("output")
    started = now_ms()
    try:
        async with asyncio.timeout(seconds):
            await tell_of_start(program, facts, output)
    except Exception as error:
        message = failure(error, now_ms(), now_ms() - started, facts.services.secrets.scrub_text).message
        state.record(name, trigger_record(program, output))
        shown = program.trigger.get("displayName") or name
        return Finish(FlowRunStatus.FAILED, FailedStep(name, shown, f"The trigger's onStart failed: {message}"[:FAILED_MESSAGE_LIMIT]))
    return None
