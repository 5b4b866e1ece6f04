"""The parts of the benchmark that are no load: processes, the engine's measure, the measured flows, the table."""

import os
import subprocess
import sys
import time

import pytest

from piecework import run_flow
from piecework.server.cli.bench import flows, processes
from piecework.server.cli.bench.engine import measure_engine
from piecework.server.cli.bench.measures import post
from piecework.server.cli.bench.report import errors_of, table

CHILD = (
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(6_000_000))']); print('ready', flush=True); sys.stdin.read()"
)


@pytest.mark.skipif(not processes.available(), reason="there is no /proc here")
def test_the_cost_of_a_tree_has_its_children_dead_and_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        found = processes.tree(process.pid)
        assert list(found) == [process.pid]
        assert found[process.pid].label == "server"
        spent = processes.cpu_ms(process.pid)
        assert spent["ended children"] > 0
        memory = processes.memory(process.pid)
        assert 0 < memory.pss <= memory.rss
    finally:
        process.communicate()
    assert processes.tree(process.pid) == {}


@pytest.mark.skipif(not processes.available(), reason="there is no /proc here")
def test_a_child_is_found_and_called_by_its_program() -> None:
    with subprocess.Popen(["sleep", "30"]) as sleeping:
        try:
            while "sleep" not in {usage.label for usage in processes.tree(os.getpid()).values()}:
                time.sleep(0.01)
        finally:
            sleeping.kill()


def test_the_reference_flow_answers_six() -> None:
    result = run_flow(flows.reference_flow())
    assert result.response is not None
    assert result.response.body == {"result": 6}
    assert flows.REFERENCE_ANSWER == b'{"result":6}'


def test_the_asynchronous_flow_does_all_its_steps() -> None:
    result = run_flow(flows.asynchronous_flow(), flows.asynchronous_payload())
    assert list(result.steps) == ["trigger", "step_1", "step_2", "step_3", "step_4", "step_6"]
    assert result.output("step_1") == {"customer": {"name": "Ada", "tier": "vip"}, "count": 10}
    assert [iteration["step_7"]["output"]["number"] for iteration in result.output("step_6")["iterations"]] == list(range(1, 11))


def test_the_seeding_flow_runs() -> None:
    assert run_flow(flows.seeding_flow(), {"n": 1}).output("step_1") == {"n": 1}


def test_the_engine_is_measured_at_three_lengths() -> None:
    measured = measure_engine()
    assert list(measured["by_steps"]) == ["1000", "10000", "100000"]
    assert measured["steps_per_s"] == measured["by_steps"]["100000"] > 0


def test_a_request_says_how_long_its_body_is() -> None:
    assert post("/x", {"a": "é"}, 80).endswith('content-length: 14\r\n\r\n{"a":"\\u00e9"}')


def test_the_table_has_what_was_measured_and_counts_what_went_wrong() -> None:
    part = {"rps": 700.0, "p50_ms": 1.234, "errors": 1, "error_samples": ["HTTP/1.1 500"]}
    report = {
        "sync": part | {"one_connection": {"errors": 2}},
        "async": {"lost": 3, "errors": 0},
        "cpu_ms_by_process": {"server": 12.0},
        "load_average": {"before": 0.5, "after": 1.25},
        "processors": 2,
    }
    lines = list(table(report))
    assert "reference flow, synchronous                  700 req/s" in lines
    assert "  p50                                       1.23 ms" in lines
    assert "processor time by process: server 12 ms" in lines
    assert "load of the machine (2 processors): 0.50 before, 1.25 after" in lines
    assert lines[-1] == "wrong answer: 'HTTP/1.1 500'"
    assert not [line for line in lines if "start to" in line]
    assert errors_of(report) == 6
