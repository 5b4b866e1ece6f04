"""The state machine of a run.

Rules (numbers are used in the tests):

1. ``advance`` is pure: the same program, state and event give the same command; time arrives in the event.
2. Exactly one command of a track is open at a time, and only its own event is accepted; anything else raises InvalidEvent and changes nothing.
3. A step that is skipped leaves no record.
4. A step recorded as succeeded in an earlier life of the run is taken over, never executed again.
5. A failed step is retried if it says so (by default three times, after 4, 8 and 16 seconds), then continued over if it says so, else the run FAILS.
6. A step that stops the run ends it SUCCEEDED at once; one that pauses it leaves it PAUSED; one that responds lets it go on.
7. Only a step of the trigger's own piece answers the waiting caller, once, unless the flow lifts the guard (seed 002).
8. Inside a loop, names of inner steps mean the current iteration; outside they mean nothing.
9. ``steps_count`` counts pieces and code that succeeded or paused, nothing else (recordings/flow-runs.json).

Where parts run at the same time (docs/decisions/0014):

10. The run's track forks: parts begin in their order, never more at once than the limit; each is a track with a scope of its own, and nothing of
    a part is visible to another. When all came to their end the run goes on, with the log and the scope that the parts give one after the other.
11. A failure that is not continued over, or a stop, halts all parts: steps in flight end and are recorded, a step that waits for a retry has failed,
    nothing else begins. Then the run ends: FAILED with the failure of the first part in order that has one, else as the stop says.
12. A part that pauses lets the others go on to their end or pause. Then the run pauses with all the pauses in order. Resumed for one of them, the
    others sleep on and are not executed.
13. Of several responses the first wins for the whole run.
14. What is true only together with the end of the turn, a part's stop, failure or pause, is held back from the journal until then: after a crash such
    a step runs again, as one whose end is not written does on a single track.
"""

from __future__ import annotations

from typing import Any

from piecework.engine.commands import (
    Command,
    EvaluateExpressions,
    ExecuteStep,
    FailedStep,
    Finish,
    Fork,
    PartOver,
    Pause,
    PausedStep,
    Respond,
    Response,
    WaitForRetry,
)
from piecework.engine.containers import fork as forks
from piecework.engine.containers import loop as loops
from piecework.engine.containers import router as routers
from piecework.engine.error_record import plain_error
from piecework.engine.events import (
    Event,
    ExpressionsEvaluated,
    PartEnded,
    PartStarted,
    Responded,
    RetryDue,
    RunRestored,
    RunStarted,
    StepFailed,
    StepSucceeded,
)
from piecework.engine.expressions import ConditionError, Unresolved
from piecework.engine.outcomes import verdict_of
from piecework.engine.program import LoopNode, Node, Program, RouterNode, WorkNode
from piecework.engine.state import BranchFrame, ForkFrame, LoopFrame, RouterFrame, RunState, StepRecord, Waiting
from piecework.spec.connection import connection_tag
from piecework.spec.run import FlowRunStatus, StepStatus

FAILED_MESSAGE_LIMIT = 700
"""Characters of a failed step's message that the run row keeps (spec/model.md §1)."""


class InvalidEvent(RuntimeError):
    """An event that does not answer the open command: a defect of the caller, never of a flow."""


def advance(program: Program, state: RunState, event: Event) -> Command:
    """Take one event into the state and say what to do next.

    :param state: changed in place; see ``state.py``.
    :raises InvalidEvent: the event does not fit what the engine waits for.
    """
    kind = type(event)
    waiting = state.waiting
    if kind is StepSucceeded and waiting is Waiting.STEP:
        return _step_succeeded(program, state, event)  # type: ignore[arg-type]
    if kind is ExpressionsEvaluated and waiting is Waiting.EXPRESSIONS:
        state.answers = event.answers  # type: ignore[union-attr]
        _tag_connections(state)
        return _proceed(program, state, event.at)
    if kind is StepFailed and waiting is Waiting.EXPRESSIONS:
        return _input_failed(program, state, event)  # type: ignore[arg-type]
    if kind is StepFailed and waiting is Waiting.STEP:
        return _step_failed(program, state, event)  # type: ignore[arg-type]
    if kind is RunStarted and waiting is Waiting.START:
        return _start(program, state, event.payload, event.at)  # type: ignore[union-attr]
    if kind is RunRestored and waiting is Waiting.START:
        return _restart(program, state, event.at)
    if kind is RetryDue and waiting is Waiting.RETRY:
        return _retry(program, state, event.at)
    if kind is Responded and waiting is Waiting.RESPONDED:
        return _proceed(program, state, event.at)
    if kind is PartEnded and waiting is Waiting.PARTS:
        return _part_ended(program, state, event)  # type: ignore[arg-type]
    if kind is PartStarted and waiting is Waiting.START and state.part is not None:
        return _proceed(program, state, event.at)
    raise InvalidEvent(f"{kind.__name__} while waiting for {waiting.name}")


def _tag_connections(state: RunState) -> None:
    """A run carries the names of the connections that it used."""
    for kind, text in state.answers:
        if kind == "connection":
            state.tags.setdefault(connection_tag(text))


def trigger_record(program: Program, payload: Any) -> StepRecord:
    """The trigger's entry in the run log; its input is empty on the wire (recordings/flow-runs.json)."""
    return {"type": program.trigger["type"], "status": StepStatus.SUCCEEDED, "input": {}, "output": payload}


def failed_trigger(kind: str, payload: Any, failed: StepFailed) -> StepRecord:
    """The entry of a trigger that failed: it keeps what it was given, so that a retry can hand it over again (spec/engine.md §4)."""
    record: StepRecord = {"type": kind, "status": StepStatus.FAILED, "input": {}, "output": payload, "duration": failed.duration}
    return record | {"errorMessage": failed.message, "error": failed.error or plain_error(failed.message, failed.kind)}


def _start(program: Program, state: RunState, payload: Any, at: float) -> Command:
    name = program.trigger["name"]
    known: StepRecord | None = state.restored.get(name)
    record = known if known is not None and "type" in known else trigger_record(program, payload)
    state.record(name, record, known=known is not None)
    state.scope[name] = payload
    state.node = program.first
    return _proceed(program, state, at)


def _restart(program: Program, state: RunState, at: float) -> Command:
    if state.only is not None:
        state.node = program.nodes[state.only]
        return _proceed(program, state, at)
    name = program.trigger["name"]
    return _start(program, state, (state.restored.get(name) or {}).get("output"), at)


def _proceed(program: Program, state: RunState, at: float) -> Command:
    """Go on from ``state.node`` through everything that needs no work outside, to the next command."""
    try:
        while True:
            node = state.node
            if node is None:
                if not state.frames:
                    return _finish(state, FlowRunStatus.SUCCEEDED) if state.part is None else _part_over(state, done=True)
                _leave_level(state, at)
            elif node.skip and node.name != state.only:
                state.node = node.next
            elif isinstance(node, WorkNode):
                if not _take_over(state, node):
                    return _execute(state, node) if state.part is None else _execute_in_part(state, node)
            elif state.log.halted and node.name not in state.restored:
                return _part_over(state, done=False)
            else:
                fork = loops.enter(state, node, at) if isinstance(node, LoopNode) else routers.enter(state, _router(node))
                if fork is not None:
                    return _go_on_with_parts(program, state, fork, at)
            if state.only is not None and not isinstance(node, WorkNode):
                return _finish(state, FlowRunStatus.SUCCEEDED)
    except Unresolved as open_questions:
        state.waiting = Waiting.EXPRESSIONS
        names = {name for question in open_questions.questions for name in question.names}
        return EvaluateExpressions(open_questions.questions, {name: state.scope[name] for name in names if name in state.scope}, state.node)
    except (loops.NotAList, ConditionError) as error:
        return _container_failed(state, error)


def _router(node: Node) -> RouterNode:
    assert isinstance(node, RouterNode)
    return node


def _leave_level(state: RunState, at: float) -> None:
    frame = state.frames[-1]
    if isinstance(frame, LoopFrame):
        loops.next_iteration(state, frame, at)
    elif isinstance(frame, RouterFrame):
        routers.next_branch(state, frame)
    elif isinstance(frame, BranchFrame):
        state.frames.pop()
        state.node = frame.node.next


def _take_over(state: RunState, node: WorkNode) -> bool:
    """Rule 4: use what an earlier life of the run recorded. True when the step needs no execution."""
    record: StepRecord | None = state.restored.get(node.name)
    if record is None or state.only is not None:
        return False
    status = record.get("status")
    if status == StepStatus.FAILED and node.continue_on_failure and not state.rerun_failed:
        state.record(node.name, record, known=True)
        _enter_policy_branch(state, node, node.on_failure)
        return True
    if status != StepStatus.SUCCEEDED:
        return False
    state.record(node.name, record, known=True)
    state.scope[node.name] = record.get("output")
    state.log.steps_count += 1
    _enter_policy_branch(state, node, node.on_success)
    return True


def _execute_in_part(state: RunState, node: WorkNode) -> Command:
    """Rules 11 and 12. What was in flight when an earlier life ended is executed even if the run has come to an end since."""
    record: StepRecord | None = state.restored.get(node.name)
    status = record.get("status") if record else None
    if record and status == StepStatus.PAUSED and state.keep_asleep and state.resume_step != (state.path, node.name):
        state.record(node.name, record, known=True)
        state.log.steps_count += 1
        return _pause(state, (PausedStep(node, state.path, None, asleep=True),))
    if state.log.halted and status != StepStatus.RUNNING:
        return _part_over(state, done=False)
    return _execute(state, node)


def _execute(state: RunState, node: WorkNode) -> ExecuteStep:
    compiled = node.input
    state.input = compiled.evaluate(state.scope, state.answers)
    state.stored_input = compiled.evaluate_censored(state.scope, state.answers) if compiled.has_secrets else state.input
    state.waiting = Waiting.STEP
    path = state.path if state.frames else state.prefix
    resumed = state.resume_step == (path, node.name)
    payload = state.resume_payload if resumed else None
    if resumed and state.attempt == 1:  # the attempts before the pause count
        state.attempt = (state.restored.get(node.name) or {}).get("attempts", 1)
    return ExecuteStep(node, path, state.input, state.stored_input, state.attempt, resumed, payload)


def _work_record(state: RunState, node: WorkNode, status: StepStatus, at: float, duration: float) -> StepRecord:
    """``startedAt`` and ``attempts`` (of a step that was retried) are additions to the wire; the time is that of the last attempt."""
    record = {"type": node.kind, "status": status, "input": state.stored_input, "duration": duration, "startedAt": int(at - duration)}
    if state.attempt > 1:
        record["attempts"] = state.attempt
    return record


def _step_succeeded(program: Program, state: RunState, event: StepSucceeded) -> Command:
    """Rules 6, 7, 13 and 14; what an outcome means is in ``outcomes``."""
    node = state.node
    assert isinstance(node, WorkNode)
    status, verdict = verdict_of(event)
    record = _work_record(state, node, status, event.at, event.duration)
    record["output"] = event.output
    if event.logs:
        record["standardOutput"] = event.logs
    for tag in event.tags:
        state.tags.setdefault(tag)
    state.record(node.name, record, held=verdict is not FlowRunStatus.RUNNING and state.part is not None)
    state.log.steps_count += 1
    response = _allowed_response(program, state, node, event.response)
    if verdict is FlowRunStatus.PAUSED:
        return _pause(state, (PausedStep(node, state.path, event.pause),))
    if verdict is not FlowRunStatus.RUNNING:
        return _finish(state, verdict, response=response)
    state.scope[node.name] = event.output
    _step_done(state, node, node.on_success)
    if state.only is not None:
        return _finish(state, FlowRunStatus.SUCCEEDED)
    if response is not None:
        state.log.responded = True
        state.waiting = Waiting.RESPONDED
        return Respond(response)
    return _proceed(program, state, event.at)


def _pause(state: RunState, steps: tuple[PausedStep, ...]) -> Pause:
    state.waiting = Waiting.RESUME
    forks.close_all(state, StepStatus.PAUSED)
    return Pause(steps)


def _allowed_response(program: Program, state: RunState, node: WorkNode, response: Response | None) -> Response | None:
    if response is None or state.log.responded:
        return None
    if program.any_step_responds or node.settings.get("pieceName") == program.trigger_piece:
        return response
    return None


def _retry(program: Program, state: RunState, at: float) -> Command:
    if state.log.halted:
        assert state.failure is not None
        return _step_failed(program, state, state.failure)
    state.attempt += 1
    return _proceed(program, state, at)


def _step_failed(program: Program, state: RunState, event: StepFailed) -> Command:
    node = state.node
    assert isinstance(node, WorkNode)
    single = state.only is not None
    delays = state.log.retry_delays
    if node.retry_on_failure and not single and not event.final and state.attempt <= len(delays) and not state.log.halted:
        state.waiting = Waiting.RETRY
        if event.anew:
            state.resume_step = None
        state.failure = event
        return WaitForRetry(delays[state.attempt - 1], node, state.path, state.attempt)
    record = _work_record(state, node, StepStatus.FAILED, event.at, event.duration)
    record["errorMessage"] = event.message
    if event.error is not None:
        record["error"] = event.error
    if event.logs:
        record["standardOutput"] = event.logs
    continued = node.continue_on_failure and not single and not event.final
    state.record(node.name, record, held=not continued and state.part is not None)
    if continued:
        _step_done(state, node, node.on_failure)
        return _proceed(program, state, event.at)
    return _run_failed(state, node, event.message, event.ends)


def _input_failed(program: Program, state: RunState, event: StepFailed) -> Command:
    """The step's input could not be resolved: a connection is gone, or an expression ran out of time or memory."""
    node = state.node
    state.stored_input = {}
    if isinstance(node, WorkNode):
        return _step_failed(program, state, event)
    assert node is not None
    record: StepRecord = {"type": node.kind, "status": StepStatus.FAILED, "input": {}, "duration": event.duration}
    record |= {"errorMessage": event.message, "error": event.error or plain_error(event.message, event.kind)}
    state.record(node.name, record)
    return _run_failed(state, node, event.message, event.ends)


def _container_failed(state: RunState, error: loops.NotAList | ConditionError) -> Command:
    """The step has recorded what it says; its parts are added."""
    node = state.node
    assert node is not None
    sentence = loops.NOT_A_LIST_SENTENCE if isinstance(error, loops.NotAList) else str(error)
    state.container[node.name]["error"] = plain_error(sentence, type(error).__name__)
    return _run_failed(state, node, str(error))


def _run_failed(state: RunState, node: Node, message: str, status: FlowRunStatus = FlowRunStatus.FAILED) -> Finish:
    forks.close_all(state, StepStatus.FAILED)
    return _finish(state, status, FailedStep(node.name, node.display_name, message[:FAILED_MESSAGE_LIMIT]))


def _step_done(state: RunState, node: WorkNode, branch: Node | None) -> None:
    state.attempt = 1
    if state.answers:
        state.answers = {}
    if state.resume_step is not None and state.resume_step[1] == node.name:
        state.resume_step = None
    _enter_policy_branch(state, node, branch)


def _enter_policy_branch(state: RunState, node: WorkNode, branch: Node | None) -> None:
    if branch is None:
        state.node = node.next
    else:
        state.frames.append(BranchFrame(node))
        state.node = branch


def _finish(state: RunState, status: FlowRunStatus, failed: FailedStep | None = None, *, response: Response | None = None) -> Finish:
    state.waiting = Waiting.NOTHING
    if status is FlowRunStatus.SUCCEEDED:
        forks.close_all(state, StepStatus.SUCCEEDED)
    if state.part is not None:
        state.log.halted = True
        state.log.responded = state.log.responded or response is not None
    return Finish(status, failed, response)


# Parts that run at the same time


def _go_on_with_parts(program: Program, state: RunState, fork: ForkFrame, at: float) -> Command:
    """Rule 10."""
    tracks = forks.begin(state, fork)
    if not fork.running:
        return _join(program, state, fork, at)
    state.waiting = Waiting.PARTS
    return Fork(tracks)


def _part_ended(program: Program, state: RunState, event: PartEnded) -> Command:
    fork = state.frames[-1]
    assert isinstance(fork, ForkFrame)
    forks.end_part(fork, event.part, event.verdict)
    return _go_on_with_parts(program, state, fork, event.at)


def _part_over(state: RunState, *, done: bool) -> PartOver:
    state.waiting = Waiting.NOTHING
    return PartOver(done)


def _join(program: Program, state: RunState, fork: ForkFrame, at: float) -> Command:
    """Rules 10 to 13: every part has ended, in whatever way."""
    verdicts = [fork.verdicts[part] for part in sorted(fork.verdicts)]
    finishes = [verdict for verdict in verdicts if isinstance(verdict, Finish)]
    if finishes:
        decisive = next((finish for finish in finishes if finish.failed_step is not None), finishes[0])
        response = next((finish.response for finish in finishes if finish.response is not None), None)
        if decisive.failed_step is not None:
            forks.close_all(state, StepStatus.FAILED)
        return _finish(state, decisive.status, decisive.failed_step, response=response)
    if state.log.halted:
        return _part_over(state, done=False)
    pauses = tuple(step for verdict in verdicts if isinstance(verdict, Pause) for step in verdict.steps)
    if pauses:
        return _pause(state, pauses)
    forks.leave(state, fork, at)
    return _proceed(program, state, at)
