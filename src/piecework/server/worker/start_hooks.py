"""What a trigger does when a run begins: its ``on_start`` (spec/engine.md §4)."""

from __future__ import annotations

import asyncio

from piecework.engine.advance import FAILED_MESSAGE_LIMIT, failed_trigger
from piecework.engine.commands import FailedStep, Finish
from piecework.engine.program import Program
from piecework.engine.state import RunState
from piecework.runner.errors import failure
from piecework.runner.steps import RunFacts, now_ms
from piecework.runner.triggers import trigger_context, trigger_facts, trigger_input
from piecework.sdk.triggers import call
from piecework.server.ports.runs import Job, JobKind, RunRow
from piecework.spec.run import FlowRunStatus


def begins(program: Program, job: Job, run: RunRow) -> bool:
    """Whether this turn is the beginning of a run whose trigger wants to know of it. A run that a crash took before its first step begins again."""
    trigger = program.trigger_handle.trigger
    if trigger is None or trigger.hooks.on_start is None:
        return False
    return job.kind is JobKind.BEGIN and run.step_name_to_test is None and run.steps_count == 0


async def call_on_start(program: Program, state: RunState, facts: RunFacts, seconds: float) -> Finish | None:
    """Call the hook. Gives how the run ends where the hook fails: in its trigger, as on the wire."""
    services, started = facts.services, now_ms()
    try:
        async with asyncio.timeout(seconds):
            props, auth = await trigger_input(program, services)
            whose = trigger_facts(program, facts.project_id, facts.flow_id, facts.flow_version_id, facts.server)
            context = trigger_context(whose, services, auth, payload=facts.trigger_output)
            await call(program.trigger_handle.trigger.hooks.on_start, context, props)
    except Exception as error:
        failed = failure(error, now_ms(), now_ms() - started, services.secrets.scrub_text)
        name = program.trigger["name"]
        state.record(name, failed_trigger(program.trigger["type"], facts.trigger_output, failed))
        return Finish(
            FlowRunStatus.FAILED, FailedStep(name, program.trigger.get("displayName") or name, failed.message[:FAILED_MESSAGE_LIMIT])
        )
    return None
