"""The measurements: each puts one kind of load on the server, checks that every answer is right, and gives its part of the report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from typing import Any

from piecework.server.cli.bench import flows, processes
from piecework.server.cli.bench.load import LoadJob, Measurement
from piecework.server.cli.bench.target import Target
from piecework.server.cli.client import import_flow
from piecework.server.cli.failure import CommandFailed

WARM_UP_SECONDS = 1.0
SETTLE_SECONDS = 0.5
SAMPLE_SECONDS = 1.0
POLL_SECONDS = 0.2
STALLED_AFTER = 60.0
"""Seconds without any run coming to its end after which the rest counts as lost."""

SEEDING_CONNECTIONS = 8
JOURNAL_METRIC = "engine_journal_cpu_ms_total"
UNFINISHED = ("QUEUED", "RUNNING", "PAUSED")

Say = Callable[[str], None]


@dataclass(slots=True)
class Meter:
    """What the measurements share: the server, progress, and what all of them add up to."""

    target: Target
    say: Say
    peak: processes.Memory = field(default_factory=lambda: processes.Memory(0, 0))
    cpu_ms: dict[str, float] = field(default_factory=dict[str, float])

    def load(self, job: LoadJob) -> Measurement:
        """Run a job in a process of its own, watching the server's memory meanwhile."""
        command = [sys.executable, "-m", "piecework.server.cli.bench.load"]
        generator = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        try:
            assert generator.stdin is not None
            generator.stdin.write(json.dumps(asdict(job)).encode())
            generator.stdin.close()
            while generator.poll() is None:
                self.sample()
                try:
                    generator.wait(SAMPLE_SECONDS)
                except subprocess.TimeoutExpired:
                    continue
            assert generator.stdout is not None
            with generator.stdout as output:
                text = output.read()
        finally:
            generator.kill()
            generator.wait()
        if generator.returncode:
            raise CommandFailed("The load generator failed")
        return Measurement(**json.loads(text))

    def sample(self) -> None:
        """Look at the server's memory."""
        if self.target.pid is not None:
            now = processes.memory(self.target.pid)
            self.peak = processes.Memory(max(self.peak.rss, now.rss), max(self.peak.pss, now.pss))

    def cpu(self) -> dict[str, float]:
        """Processor time of the server so far, by process; empty where it cannot be seen."""
        return processes.cpu_ms(self.target.pid) if self.target.pid is not None else {}

    def spent(self, before: Mapping[str, float]) -> float | None:
        """Milliseconds of processor time since ``before``, added to the report's sum by process."""
        if self.target.pid is None:
            return None
        after = self.cpu()
        spent = {label: after[label] - before.get(label, 0.0) for label in after}
        for label, value in spent.items():
            self.cpu_ms[label] = self.cpu_ms.get(label, 0.0) + value
        return sum(spent.values())

    def journal_ms(self) -> float | None:
        """Milliseconds of processor time that writing runs down has taken so far, as the server's metrics tell; None if it does not tell us."""
        connection = HTTPConnection("127.0.0.1", self.target.port, timeout=10)
        try:
            connection.request("GET", "/metrics")
            with connection.getresponse() as response:
                text = response.read().decode() if response.status == 200 else ""
        finally:
            connection.close()
        found = re.search(rf"^{JOURNAL_METRIC} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else None

    def publish(self, request: Mapping[str, Any]) -> str:
        """Create, import and publish a flow; returns its id."""
        return import_flow(self.target.client, request, publish=True)["id"]

    def counts(self) -> dict[str, int]:
        """Runs of the project by status."""
        answer = self.target.client.request("GET", "/flow-runs/count-by-status", projectId=self.target.client.project_id)
        return {entry["status"]: int(entry["count"]) for entry in answer["data"]}


def post(path: str, body: Any, port: int) -> str:
    """A POST of JSON, as text that can be sent."""
    content = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
    head = f"POST {path} HTTP/1.1\r\nhost: localhost:{port}\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    return head + content


def measure_sync(meter: Meter, seconds: float, connections: int) -> dict[str, Any]:
    """The reference flow through the synchronous webhook, first by one caller and then by many."""
    target = meter.target
    flow = meter.publish(flows.reference_flow())
    request = post(f"/api/v1/webhooks/{flow}/sync", {"name": "Ada"}, target.port)
    answer = flows.REFERENCE_ANSWER.decode()

    def job(callers: int, length: float) -> LoadJob:
        return LoadJob(target.port, request, callers, length, body=answer)

    meter.say("sync: warming up")
    meter.load(job(connections, WARM_UP_SECONDS))
    meter.say("sync: one connection")
    alone = meter.load(job(1, min(seconds, 5.0)))
    meter.say(f"sync: {connections} connections for {seconds:g} s")
    time.sleep(SETTLE_SECONDS)
    before, journal = meter.cpu(), meter.journal_ms()
    many = meter.load(job(connections, seconds))
    time.sleep(SETTLE_SECONDS)
    spent = meter.spent(before)
    return {
        **_figures(many),
        "cpu_ms_per_run": _share(spent, many.answers),
        "journal_share": _journal_share(spent, journal, meter.journal_ms()),
        "connections": connections,
        "runs": many.answers,
        "one_connection": _figures(alone),
    }


def measure_async(meter: Meter, runs: int, connections: int) -> dict[str, Any]:
    """The asynchronous flow: how fast runs are accepted, and how fast they are all done."""
    target = meter.target
    flow = meter.publish(flows.asynchronous_flow())
    request = post(f"/api/v1/webhooks/{flow}", flows.asynchronous_payload(), target.port)
    meter.say("async: warming up")
    _settle(meter, meter.counts(), meter.load(LoadJob(target.port, request, connections, 60.0, requests=min(runs, 200), body="{}")).answers)
    meter.say(f"async: {runs} runs over {connections} connections")
    counted, before, journal = meter.counts(), meter.cpu(), meter.journal_ms()
    accepted = meter.load(LoadJob(target.port, request, connections, 600.0, requests=runs, body="{}"))
    succeeded, finished = _settle(meter, counted, accepted.answers)
    spent = meter.spent(before)
    _check_a_run(meter, flow)
    figures = _figures(accepted)
    return {
        "accepted_per_s": figures.pop("rps"),
        **figures,
        "drained_per_min": round(succeeded / (finished - accepted.started) * 60, 1),
        "lost": accepted.answers - succeeded,
        "cpu_ms_per_run": _share(spent, succeeded),
        "journal_share": _journal_share(spent, journal, meter.journal_ms()),
        "connections": connections,
        "runs": accepted.answers,
    }


def measure_list(meter: Meter, seconds: float, connections: int, rows: int | None) -> dict[str, Any]:
    """The newest ten runs of the project, asked for again and again while nothing runs."""
    target = meter.target
    client = target.client
    if rows is not None:
        _fill(meter, rows)
    path = f"/api/v1/flow-runs?limit=10&projectId={client.project_id}"
    there = sum(meter.counts().values())
    page = client.send("GET", "/flow-runs", limit=10, projectId=client.project_id)
    if page.status_code != 200 or len(page.json()["data"]) != min(10, there):
        raise CommandFailed(f"GET /flow-runs does not give the newest ten of {there} runs: {page.text[:300]}")
    request = f"GET {path} HTTP/1.1\r\nhost: localhost:{target.port}\r\nauthorization: Bearer {client.token}\r\n\r\n"
    job = LoadJob(target.port, request, connections, seconds, body=page.text)
    meter.say(f"list: {connections} connections for {seconds:g} s over {there} runs")
    meter.load(LoadJob(target.port, request, connections, WARM_UP_SECONDS, body=page.text))
    before = meter.cpu()
    result = meter.load(job)
    spent = meter.spent(before)
    return {**_figures(result), "cpu_ms_per_request": _share(spent, result.answers), "runs": there, "connections": connections}


def _fill(meter: Meter, rows: int) -> None:
    """Start cheap runs until the project has so many."""
    target, counts = meter.target, meter.counts()
    missing = rows - sum(counts.values())
    if missing <= 0:
        return
    meter.say(f"list: making {missing} runs")
    request = post(f"/api/v1/webhooks/{meter.publish(flows.seeding_flow())}", {"n": 1}, target.port)
    done = meter.load(LoadJob(target.port, request, SEEDING_CONNECTIONS, 3600.0, requests=missing, body="{}"))
    _settle(meter, counts, done.answers)


def _settle(meter: Meter, before: Mapping[str, int], accepted: int) -> tuple[int, float]:
    """Wait until all accepted runs have ended: how many SUCCEEDED since ``before``, and when the last one was seen to."""
    done = -1
    seen = time.perf_counter()
    while True:
        counts, now = meter.counts(), time.perf_counter()
        ended = sum(counts.values()) - sum(before.values()) - sum(counts.get(status, 0) - before.get(status, 0) for status in UNFINISHED)
        if ended != done:
            done, seen = ended, now
        if ended >= accepted or now - seen > STALLED_AFTER:
            return counts.get("SUCCEEDED", 0) - before.get("SUCCEEDED", 0), seen
        meter.sample()
        time.sleep(POLL_SECONDS)


def _check_a_run(meter: Meter, flow: str) -> None:
    """The newest run of the asynchronous flow has done what the flow says."""
    client = meter.target.client
    newest = client.request("GET", "/flow-runs", projectId=client.project_id, flowId=flow, limit=1)["data"]
    steps = client.request("GET", f"/flow-runs/{newest[0]['id']}")["steps"] if newest else {}
    iterations = (steps.get("step_6", {}).get("output") or {}).get("iterations") or []
    last = iterations[-1]["step_7"]["output"] if iterations else None
    if (
        len(iterations) != flows.LOOP_ITEMS
        or last != {"line": f"SKU-{flows.LOOP_ITEMS}", "number": flows.LOOP_ITEMS}
        or "step_4" not in steps
    ):
        raise CommandFailed(f"A run of the asynchronous flow has other results than it should: {json.dumps(steps)[:1000]}")


def _figures(measured: Measurement) -> dict[str, Any]:
    return {
        "rps": round(measured.rps, 1),
        "p50_ms": round(measured.p50_ms, 2),
        "p95_ms": round(measured.p95_ms, 2),
        "p99_ms": round(measured.p99_ms, 2),
        "max_ms": round(measured.max_ms, 2),
        "errors": measured.errors,
        "error_samples": measured.samples,
        "generator_cpu_us": round(measured.cpu_us, 1),
    }


def _share(spent_ms: float | None, runs: int) -> float | None:
    return None if spent_ms is None or not runs else round(spent_ms / runs, 3)


def _journal_share(spent_ms: float | None, before: float | None, after: float | None) -> float | None:
    return None if not spent_ms or before is None or after is None else round((after - before) / spent_ms, 3)
