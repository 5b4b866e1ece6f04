"""Parts that run at the same time: the iterations of a parallel loop, the branches of a parallel router.

A fork begins as many parts as its limit allows, each on a track of its own, and joins them when the last has ended. Whatever ends the run in one
part, a failure or a stop, halts them all: steps in flight come to their end, nothing new begins.
"""

from __future__ import annotations

from piecework.engine.commands import Finish, PartOver, Pause
from piecework.engine.containers import loop as loops
from piecework.engine.containers import router as routers
from piecework.engine.program import RouterNode
from piecework.engine.state import ForkFrame, LoopFrame, RunState
from piecework.spec.run import StepStatus


def begin(state: RunState, fork: ForkFrame) -> tuple[RunState, ...]:
    """Tracks for the parts that may begin now, in their order."""
    begun: list[RunState] = []
    while fork.running < fork.limit and fork.begun < len(fork.parts) and not state.log.halted:
        track = fork.tracks[fork.begun] = _track(state, fork)
        begun.append(track)
        fork.begun += 1
        fork.running += 1
    return tuple(begun)


def _track(state: RunState, fork: ForkFrame) -> RunState:
    track = RunState(state.log)
    track.part = fork.begun
    track.prefix = state.path
    track.scope = dict(state.scope)
    track.rerun_failed = state.rerun_failed
    track.keep_asleep = state.keep_asleep
    track.resume_step = state.resume_step
    track.resume_payload = state.resume_payload
    if fork.loop is not None:
        loops.begin_part(track, fork.loop, fork.begun)
    else:
        routers.begin_part(track, state, fork.parts[fork.begun])
    return track


def end_part(fork: ForkFrame, part: int, verdict: PartOver | Pause | Finish) -> None:
    """Take note of how a part ended. Of a loop's iteration that came to its end nothing else is needed."""
    fork.running -= 1
    if not isinstance(verdict, PartOver) or not verdict.done:
        fork.verdicts[part] = verdict
    elif fork.loop is not None:
        del fork.tracks[part]


def leave(state: RunState, fork: ForkFrame, at: float) -> None:
    """All parts came to their end: go on behind the loop or router."""
    if fork.loop is not None:
        loops.leave(state, fork.loop, at)
    else:
        assert isinstance(fork.node, RouterNode)
        routers.leave(state, fork, fork.node)


def close_all(state: RunState, status: StepStatus) -> None:
    """Give the loops that are open when the run ends or pauses this status, on this track and on those that it forked into."""
    for frame in state.frames:
        if isinstance(frame, LoopFrame):
            loops.interrupt(frame, status)
        elif isinstance(frame, ForkFrame):
            for track in frame.tracks.values():
                close_all(track, status)
            if frame.loop is not None:
                loops.interrupt(frame.loop, status)
            elif isinstance(frame.node, RouterNode):
                routers.put_in_order(state, frame.node)
