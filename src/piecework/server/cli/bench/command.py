"""`piecework bench`: the command, and the report that its measurements add up to."""

from __future__ import annotations

import json
import os
import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import click

from piecework import __version__
from piecework.server.cli.failure import CommandFailed

if TYPE_CHECKING:
    from piecework.server.cli.bench.target import Target

PARTS = ("sync", "async", "list", "engine")
IDLE_SECONDS = 1.0


@click.command("bench")
@click.option("--seconds", type=click.FloatRange(min=0.1, max=600), default=10.0, show_default=True, help="How long each load lasts.")
@click.option("--connections", type=click.IntRange(1, 1000), default=32, show_default=True, help="Callers at once.")
@click.option("--runs", type=click.IntRange(1, 1_000_000), default=5000, show_default=True, help="Runs of the asynchronous flow.")
@click.option("--list-runs", type=click.IntRange(1, 1_000_000), help="Runs that the list is measured over; those that are there otherwise.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Measure only this; may be given more than once.")
@click.option("--url", help="A server that runs already, on this machine; one of its own otherwise.")
@click.option("--pid", type=click.IntRange(min=1), help="Its process, so that processor time and memory can be measured.")
@click.option("--email", envvar="PIECEWORK_EMAIL", help="The account on it; PIECEWORK_EMAIL otherwise.")
@click.option("--password", envvar="PIECEWORK_PASSWORD", help="Its password; PIECEWORK_PASSWORD otherwise.")
@click.option("--token", envvar="PIECEWORK_TOKEN", help="A bearer token in place of them; PIECEWORK_TOKEN otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print one object on one line.")
def bench_command(
    seconds: float,
    connections: int,
    runs: int,
    list_runs: int | None,
    only: tuple[str, ...],
    as_json: bool,
    **server: Any,
) -> None:
    """Measure the server on this machine, load generator included.

    Starts a server in an empty folder, builds the measured flows, loads them over HTTP, checks every answer, and stops the server. The exit code is 1
    if an answer was wrong or a run was lost.
    """
    from piecework.server.cli.bench.report import errors_of, table

    parts = only or PARTS
    report = measure(parts, seconds, connections, runs, list_runs, server)
    if as_json:
        click.echo(json.dumps(report))
    else:
        click.echo("\n".join(table(report)))
    if errors_of(report):
        raise CommandFailed(f"{errors_of(report)} answers were wrong or runs lost")


def measure(
    parts: tuple[str, ...], seconds: float, connections: int, runs: int, list_runs: int | None, server: dict[str, Any]
) -> dict[str, Any]:
    """The whole report. The parts that need a server share one."""
    report: dict[str, Any] = {"version": __version__, "processors": os.cpu_count(), "cpu_ms_by_process": {}}
    load_before = os.getloadavg()[0]
    if "engine" in parts:
        from piecework.server.cli.bench.engine import measure_engine

        _say("engine")
        report["engine"] = measure_engine()
    if set(parts) - {"engine"}:
        with _target(server) as target:
            report |= _measure_server(target, parts, seconds, connections, runs, list_runs)
    report["load_average"] = {"before": round(load_before, 2), "after": round(os.getloadavg()[0], 2)}
    return report


def _target(server: dict[str, Any]) -> AbstractContextManager[Target]:
    from piecework.server.cli.bench.target import own_server, running_server

    return own_server() if server["url"] is None else running_server(**server)


def _measure_server(
    target: Target, parts: tuple[str, ...], seconds: float, connections: int, runs: int, list_runs: int | None
) -> dict[str, Any]:
    from piecework.server.cli.bench import measures, processes

    meter = measures.Meter(target, _say)
    time.sleep(IDLE_SECONDS)
    idle = processes.memory(target.pid) if target.pid is not None else None
    found: dict[str, Any] = {}
    if "sync" in parts:
        found["sync"] = measures.measure_sync(meter, seconds, connections)
    if "async" in parts:
        found["async"] = measures.measure_async(meter, runs, connections)
    if "list" in parts:
        found["list"] = measures.measure_list(meter, seconds, connections, list_runs)
    if idle is not None:
        found["rss_mb"] = {"idle": round(idle.rss, 1), "peak": round(meter.peak.rss, 1)}
        found["pss_mb"] = {"idle": round(idle.pss, 1), "peak": round(meter.peak.pss, 1)}
    if target.start_s is not None:
        found["start_s"] = round(target.start_s, 2)
    return found | {"cpu_ms_by_process": {label: round(value, 1) for label, value in meter.cpu_ms.items() if value}}


def _say(text: str) -> None:
    click.echo(text, err=True)
