"""The state machine of a run.

Rules (numbers are used in the tests):

1. ``advance`` is pure: the same program, state and event give the same command; time arrives in the event.
2. Exactly one command is open at a time, and only its own event is accepted; anything else raises InvalidEvent and changes nothing.
3. A step that is skipped leaves no record.
4. A step recorded as succeeded in an earlier life of the run is taken over, never executed again.
5. A failed step is retried if it says so (by default three times, after 4, 8 and 16 seconds), then continued over if it says so, else the run FAILS.
6. A step that stops the run ends it SUCCEEDED at once; one that pauses it leaves it PAUSED; one that responds lets it go on.
7. Only a step of the trigger's own piece answers the waiting caller, once, unless the flow lifts the guard (seed 002).
8. Inside a loop, names of inner steps mean the current iteration; outside they mean nothing.
9. ``steps_count`` counts pieces and code that succeeded or paused, nothing else (recordings/flow-runs.json).
"""

from __future__ import annotations

from typing import Any

from piecework.engine.commands import (
    Command,
    EvaluateExpressions,
    ExecuteStep,
    FailedStep,
    Finish,
    Pause,
    Respond,
    Response,
    WaitForRetry,
)
from piecework.engine.containers import loop as loops
from piecework.engine.containers import router as routers
from piecework.engine.error_record import plain_error
from piecework.engine.events import (
    Event,
    ExpressionsEvaluated,
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
from piecework.engine.state import BranchFrame, LoopFrame, RouterFrame, RunState, StepRecord, Waiting
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
        state.attempt += 1
        return _proceed(program, state, event.at)
    if kind is Responded and waiting is Waiting.RESPONDED:
        return _proceed(program, state, event.at)
    raise InvalidEvent(f"{kind.__name__} while waiting for {waiting.name}")


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
                    return _finish(state, FlowRunStatus.SUCCEEDED)
                _leave_level(state, at)
            elif node.skip and node.name != state.only:
                state.node = node.next
            elif isinstance(node, WorkNode):
                if not _take_over(state, node):
                    return _execute(state, node)
            elif isinstance(node, LoopNode):
                loops.enter(state, node, at)
            else:
                assert isinstance(node, RouterNode)
                routers.enter(state, node)
            if state.only is not None and not isinstance(node, WorkNode):
                return _finish(state, FlowRunStatus.SUCCEEDED)
    except Unresolved as open_questions:
        state.waiting = Waiting.EXPRESSIONS
        names = {name for question in open_questions.questions for name in question.names}
        return EvaluateExpressions(open_questions.questions, {name: state.scope[name] for name in names if name in state.scope})
    except (loops.NotAList, ConditionError) as error:
        return _container_failed(state, error)


def _leave_level(state: RunState, at: float) -> None:
    frame = state.frames[-1]
    if isinstance(frame, LoopFrame):
        loops.next_iteration(state, frame, at)
    elif isinstance(frame, RouterFrame):
        routers.next_branch(state, frame)
    else:
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
    state.steps_count += 1
    _enter_policy_branch(state, node, node.on_success)
    return True


def _execute(state: RunState, node: WorkNode) -> ExecuteStep:
    compiled = node.input
    state.input = compiled.evaluate(state.scope, state.answers)
    state.stored_input = compiled.evaluate_censored(state.scope, state.answers) if compiled.has_secrets else state.input
    state.waiting = Waiting.STEP
    path = state.path if state.frames else ()
    resumed = state.resume_step == (path, node.name)
    payload = state.resume_payload if resumed else None
    return ExecuteStep(node, path, state.input, state.stored_input, state.attempt, resumed, payload)


def _work_record(state: RunState, node: WorkNode, status: StepStatus, at: float, duration: float) -> StepRecord:
    """``startedAt`` and ``attempts`` (of a step that was retried) are additions to the wire; the time is that of the last attempt."""
    record = {"type": node.kind, "status": status, "input": state.stored_input, "duration": duration, "startedAt": int(at - duration)}
    if state.attempt > 1:
        record["attempts"] = state.attempt
    return record


def _step_succeeded(program: Program, state: RunState, event: StepSucceeded) -> Command:
    """Rules 6 and 7; what an outcome means is in ``outcomes``."""
    node = state.node
    assert isinstance(node, WorkNode)
    status, verdict = verdict_of(event)
    record = _work_record(state, node, status, event.at, event.duration)
    record["output"] = event.output
    if event.logs:
        record["standardOutput"] = event.logs
    for tag in event.tags:
        state.tags.setdefault(tag)
    state.record(node.name, record)
    state.steps_count += 1
    response = _allowed_response(program, state, node, event.response)
    if verdict is FlowRunStatus.PAUSED:
        state.waiting = Waiting.RESUME
        loops.close_all(state, StepStatus.PAUSED)
        return Pause(node, state.path, event.pause)
    if verdict is not FlowRunStatus.RUNNING:
        return _finish(state, verdict, response=response)
    state.scope[node.name] = event.output
    _step_done(state, node, node.on_success)
    if state.only is not None:
        return _finish(state, FlowRunStatus.SUCCEEDED)
    if response is not None:
        state.responded = True
        state.waiting = Waiting.RESPONDED
        return Respond(response)
    return _proceed(program, state, event.at)


def _allowed_response(program: Program, state: RunState, node: WorkNode, response: Response | None) -> Response | None:
    if response is None or state.responded:
        return None
    if program.any_step_responds or node.settings.get("pieceName") == program.trigger_piece:
        return response
    return None


def _step_failed(program: Program, state: RunState, event: StepFailed) -> Command:
    node = state.node
    assert isinstance(node, WorkNode)
    single = state.only is not None
    if node.retry_on_failure and not single and not event.final and state.attempt <= len(state.retry_delays):
        state.waiting = Waiting.RETRY
        return WaitForRetry(state.retry_delays[state.attempt - 1], node, state.path, state.attempt)
    record = _work_record(state, node, StepStatus.FAILED, event.at, event.duration)
    record["errorMessage"] = event.message
    if event.error is not None:
        record["error"] = event.error
    if event.logs:
        record["standardOutput"] = event.logs
    state.record(node.name, record)
    if node.continue_on_failure and not single and not event.final:
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
    loops.close_all(state, StepStatus.FAILED)
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
        loops.close_all(state, StepStatus.SUCCEEDED)
    return Finish(status, failed, response)
