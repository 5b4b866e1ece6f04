"""The engine alone: how many steps a second `advance` takes, and that the cost of one does not grow with the length of the run."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from piecework.engine.advance import advance
from piecework.engine.commands import ExecuteStep, Finish
from piecework.engine.events import RunStarted, StepSucceeded
from piecework.engine.program import compile_program
from piecework.engine.state import RunState
from piecework.server.cli.bench.flows import looping_flow

SIZES = (1_000, 10_000, 100_000)
SPANS = 3


def measure_engine() -> dict[str, Any]:
    """Steps a second by the number of steps of the run, the best of three; ``steps_per_s`` is that of the longest run."""
    by_size = {str(size): max(_steps_per_second(size) for _ in range(SPANS)) for size in SIZES}
    return {"steps_per_s": by_size[str(SIZES[-1])], "by_steps": by_size}


def _steps_per_second(size: int) -> float:
    program = compile_program(looping_flow()["trigger"])
    state = RunState()
    started = perf_counter()
    command = advance(program, state, RunStarted({"items": list(range(size))}, 0.0))
    while isinstance(command, ExecuteStep):
        command = advance(program, state, StepSucceeded(command.input["mapping"], 0.0, 0.0))
    seconds = perf_counter() - started
    assert isinstance(command, Finish)
    assert state.steps_count == size
    assert state.steps["step_1"]["output"]["iterations"][-1]["step_2"]["output"] == {"value": size - 1}
    return round(size / seconds)
