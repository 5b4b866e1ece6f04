"""Driving a run: the loop between the engine's commands and the world.

Where nothing has to be awaited, nothing is: a flow of plain pieces runs from its first step to its last without giving up the event loop. Where
the engine forks, each part gets a task.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

from piecework.engine.advance import advance
from piecework.engine.commands import (
    Command,
    EvaluateExpressions,
    ExecuteStep,
    Finish,
    Fork,
    PartOver,
    Pause,
    Respond,
    Response,
    WaitForRetry,
)
from piecework.engine.events import Event, PartEnded, PartStarted, Responded, RetryDue, StepFailed, StepSucceeded
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

    def retry_waits(self, command: WaitForRetry) -> None:
        """A step failed and will be tried again after a while; the run's state says so meanwhile."""
        ...

    def executed(self, command: ExecuteStep, event: StepSucceeded | StepFailed, then: Command) -> None:
        """An attempt at a step is over, and this is what the engine does next: WaitForRetry and Pause do not end the step, all others do."""
        ...

    def step_started(self, command: ExecuteStep) -> None: ...
    def step_ended(self, command: ExecuteStep) -> None: ...


class _Run:
    """What the tracks of one run share while they are driven. ``halted`` is there once the run has forked: a part has ended the run."""

    __slots__ = ("facts", "halted", "hooks", "program", "runner")

    def __init__(self, program: Program, facts: RunFacts, runner: StepRunner, hooks: RunHooks) -> None:
        self.program = program
        self.facts = facts
        self.runner = runner
        self.hooks = hooks
        self.halted: asyncio.Event | None = None


async def drive(program: Program, state: RunState, event: Event, facts: RunFacts, runner: StepRunner, hooks: RunHooks) -> Finish | Pause:
    """Drive a run until it ends or pauses. Cancelling the task stops every step that is being executed."""
    verdict = await _drive(_Run(program, facts, runner, hooks), state, event)
    assert not isinstance(verdict, PartOver)
    return verdict


async def _drive(run: _Run, state: RunState, event: Event) -> Finish | Pause | PartOver:
    """Drive one track to its end."""
    program, facts, runner, hooks = run.program, run.facts, run.runner, run.hooks
    command = advance(program, state, event)
    count = 0
    while True:
        if isinstance(command, ExecuteStep):
            command_done = command
            event = await _execute(command, facts, runner, hooks)
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
            answers = await runner.answer(command, facts)
            unready = _unready(state) if isinstance(answers, StepFailed) else None
            command = advance(program, state, answers)
            if isinstance(answers, StepFailed) and unready is not None:
                hooks.executed(unready, answers, command)
        elif isinstance(command, Respond):
            await hooks.respond(command.response)
            command = advance(program, state, Responded(now_ms()))
        elif isinstance(command, WaitForRetry):
            hooks.retry_waits(command)
            await _wait(command.seconds, run.halted)
            command = advance(program, state, RetryDue(now_ms()))
        elif isinstance(command, Fork):
            command = await _drive_parts(run, state, command)
        else:
            return command


async def _drive_parts(run: _Run, state: RunState, command: Command) -> Command:
    """Drive the tracks of a fork, each in a task, until they are joined; gives what is to be done then."""
    halted = run.halted = run.halted or asyncio.Event()
    tracks: dict[asyncio.Task[Finish | Pause | PartOver], int] = {}

    def begin(command: Command) -> None:
        if isinstance(command, Fork):
            for track in command.tracks:
                assert track.part is not None
                tracks[asyncio.create_task(_drive(run, track, PartStarted(now_ms())))] = track.part

    begin(command)
    try:
        while tracks:
            ended, _ = await asyncio.wait(tracks, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(ended, key=tracks.__getitem__):
                verdict = task.result()
                if isinstance(verdict, Finish):
                    halted.set()
                command = advance(run.program, state, PartEnded(tracks.pop(task), verdict, now_ms()))
                begin(command)
        return command
    finally:
        for task in tracks:
            task.cancel()
        await asyncio.gather(*tracks, return_exceptions=True)


async def _wait(seconds: float, halted: asyncio.Event | None) -> None:
    """Wait for a retry, and no longer than until another part has ended the run."""
    if halted is None:
        await asyncio.sleep(seconds)
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await halted.wait()


def _unready(state: RunState) -> ExecuteStep | None:
    """The step whose input is being resolved, as far as it can be said yet; None for a loop or a router."""
    node = state.node
    return ExecuteStep(node, state.path, None, {}, state.attempt, False, None) if isinstance(node, WorkNode) else None


async def _execute(command: ExecuteStep, facts: RunFacts, runner: StepRunner, hooks: RunHooks) -> StepSucceeded | StepFailed:
    if hooks.watched:
        hooks.step_started(command)
    if not runner.is_pure(command.node):
        await hooks.before_effect(command)
    result = runner.execute(command, facts)
    return result if isinstance(result, tuple) else await result
