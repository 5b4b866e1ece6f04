"""Retrying a run whose trigger failed: the trigger is handed what it was given then (spec/engine.md §4)."""

from __future__ import annotations

import asyncio
from typing import Any

from piecework.engine.advance import FAILED_MESSAGE_LIMIT, failed_trigger, trigger_record
from piecework.engine.commands import FailedStep, Finish
from piecework.engine.program import Program
from piecework.engine.state import RunState
from piecework.runner.errors import failure
from piecework.runner.steps import RunFacts, now_ms
from piecework.runner.triggers import open_run_trigger, trigger_payloads
from piecework.server.kernel.ids import derived_id
from piecework.server.ports.runs import NewRun, RunQueue, RunRow, new_run
from piecework.spec import jsons
from piecework.spec.run import FlowRunStatus, RunEnvironment, StepStatus


def has_failed_trigger(program: Program, state: RunState) -> bool:
    """Whether the run ended in its trigger before."""
    record = state.restored.get(program.trigger["name"])
    return record is not None and record.get("status") == StepStatus.FAILED


async def call_trigger_again(
    program: Program, state: RunState, facts: RunFacts, run: RunRow, queue: RunQueue, seconds: float
) -> Finish | None:
    """Put the trigger's output into the state from which the run goes on. Gives how the run ends where it does not: the trigger fails again, or
    has nothing to say. What it gives beyond one output starts runs of their own, as it would have done at the call.
    """
    name = program.trigger["name"]
    payload = state.restored[name].get("output")
    started = now_ms()
    try:
        async with asyncio.timeout(seconds):
            outputs = await _outputs(program, facts, payload)
        if outputs[1:]:
            await queue.enqueue_all([_another(run, number, output) for number, output in enumerate(outputs[1:], 1)])
    except Exception as error:
        failed = failure(error, now_ms(), now_ms() - started, facts.services.secrets.scrub_text)
        state.record(name, failed_trigger(program.trigger["type"], payload, failed))
        shown = program.trigger.get("displayName") or name
        return Finish(FlowRunStatus.FAILED, FailedStep(name, shown, failed.message[:FAILED_MESSAGE_LIMIT]))
    record = trigger_record(program, outputs[0] if outputs else None)
    if not outputs:
        state.record(name, record)
        return Finish(FlowRunStatus.SUCCEEDED)
    state.restored = {**state.restored, name: record}
    state.changes.append(((), name, record))
    return None


def _another(run: RunRow, number: int, output: Any) -> NewRun:
    """A run beside this one. After a crash it has the same id, and does not begin twice."""
    another = new_run(run.project_id, run.flow_id, run.flow_version_id, RunEnvironment(run.environment))
    another.id = derived_id("output", run.id, str(number))
    return NewRun(another, jsons.dumps(output))


async def _outputs(program: Program, facts: RunFacts, payload: Any) -> list[Any]:
    context, props = await open_run_trigger(program, facts, payload)
    return facts.services.secrets.scrub(await trigger_payloads(program, context, props))
