"""Driving a run: the loop between the engine's commands and the world.

Where nothing has to be awaited, nothing is: a flow of plain pieces runs from its first step to its last without giving up the event loop.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from piecework.engine.advance import advance
from piecework.engine.commands import Command, EvaluateExpressions, ExecuteStep, Finish, Pause, Respond, Response, WaitForRetry
from piecework.engine.events import Event, Responded, StepFailed, StepSucceeded
from piecework.engine.program import Program, WorkNode
from piecework.engine.state import RunState
from piecework.runner.steps import RunFacts, StepRunner, now_ms

YIELD_EVERY = 64
"""Steps after which a run lets others have the event loop."""


class RunHooks(Protocol):
    """What whoever owns the run does at its turning points."""

    @property
    def watched(self) -> bool:
        """True while somebody looks at the run live; only then ``step_started`` and ``step_ended`` are called."""
        ...

    async def before_effect(self, command: ExecuteStep) -> None:
        """Make the step's start durable; its side effects may begin when this returns."""
        ...

    def after_effect(self) -> None:
        """The step's result is in the state; see that it becomes durable soon."""
        ...

    async def respond(self, response: Response) -> None:
        """Answer the waiting caller, after the run so far is durable."""
        ...

    def executed(self, command: ExecuteStep, event: StepSucceeded | StepFailed, then: Command) -> None:
        """An attempt at a step is over, and this is what the engine does next: WaitForRetry and Pause do not end the step, all others do."""
        ...

    def step_started(self, command: ExecuteStep) -> None: ...
    def step_ended(self, command: ExecuteStep) -> None: ...


async def drive(
    program: Program, state: RunState, event: Event, run: RunFacts, runner: StepRunner, hooks: RunHooks
) -> Finish | Pause | WaitForRetry:
    """Drive a run until it ends, pauses or has to wait for a retry. Cancelling the task stops the step that is being executed."""
    command = advance(program, state, event)
    count = 0
    while True:
        if isinstance(command, ExecuteStep):
            command_done = command
            event = await _execute(command, run, runner, hooks)
            command = advance(program, state, event)
            hooks.executed(command_done, event, command)
            over = isinstance(command, Finish | Pause)  # written by the end, in one transaction: half an end would be continued
            if not over and not runner.is_pure(command_done.node):
                hooks.after_effect()
            if hooks.watched:
                hooks.step_ended(command_done)
            count += 1
            if not over and count % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        elif isinstance(command, EvaluateExpressions):
            answers = await runner.answer(command, run)
            unready = _unready(state) if isinstance(answers, StepFailed) else None
            command = advance(program, state, answers)
            if isinstance(answers, StepFailed) and unready is not None:
                hooks.executed(unready, answers, command)
        elif isinstance(command, Respond):
            await hooks.respond(command.response)
            command = advance(program, state, Responded(now_ms()))
        else:
            return command


def _unready(state: RunState) -> ExecuteStep | None:
    """The step whose input is being resolved, as far as it can be said yet; None for a loop or a router."""
    node = state.node
    return ExecuteStep(node, state.path, None, {}, state.attempt, False, None) if isinstance(node, WorkNode) else None


async def _execute(command: ExecuteStep, run: RunFacts, runner: StepRunner, hooks: RunHooks) -> StepSucceeded | StepFailed:
    if hooks.watched:
        hooks.step_started(command)
    if not runner.is_pure(command.node):
        await hooks.before_effect(command)
    result = runner.execute(command, run)
    return result if isinstance(result, tuple) else await result
