"""The report for people: one table, the figures beside the load of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ROWS = (
    ("sync.rps", "reference flow, synchronous", "req/s"),
    ("sync.p50_ms", "  p50", "ms"),
    ("sync.p95_ms", "  p95", "ms"),
    ("sync.p99_ms", "  p99", "ms"),
    ("sync.cpu_ms_per_run", "  processor time a run", "ms"),
    ("sync.journal_share", "  of it for the journal", "of 1"),
    ("sync.one_connection.p50_ms", "  one connection, p50", "ms"),
    ("sync.one_connection.p99_ms", "  one connection, p99", "ms"),
    ("async.accepted_per_s", "asynchronous flow, accepted", "/s"),
    ("async.p95_ms", "  p95 of accepting", "ms"),
    ("async.drained_per_min", "  drained", "runs/min"),
    ("async.cpu_ms_per_run", "  processor time a run", "ms"),
    ("async.journal_share", "  of it for the journal", "of 1"),
    ("async.lost", "  accepted, not succeeded", "runs"),
    ("list.rps", "newest ten runs, listed", "req/s"),
    ("list.p95_ms", "  p95", "ms"),
    ("list.runs", "  over", "runs"),
    ("engine.steps_per_s", "engine alone", "steps/s"),
    ("rss_mb.idle", "resident, idle", "MB"),
    ("rss_mb.peak", "resident, peak", "MB"),
    ("pss_mb.idle", "  shared pages counted once, idle", "MB"),
    ("pss_mb.peak", "  shared pages counted once, peak", "MB"),
    ("start_s", "start to the first answer", "s"),
)


def errors_of(report: dict[str, Any]) -> int:
    """Answers that were wrong or did not come, and runs that were lost."""
    parts = [report.get(name, {}) for name in ("sync", "async", "list")]
    alone = report.get("sync", {}).get("one_connection", {})
    return sum(part.get("errors", 0) for part in (*parts, alone)) + report.get("async", {}).get("lost", 0)


def table(report: dict[str, Any]) -> Iterator[str]:
    """The lines of the table; what was not measured is left out."""
    for path, title, unit in ROWS:
        value = _value(report, path)
        if value is not None:
            yield f"{title:<36}{_number(value):>12} {unit}"
    if report["cpu_ms_by_process"]:
        yield "processor time by process: " + ", ".join(f"{label} {value:.0f} ms" for label, value in report["cpu_ms_by_process"].items())
    before, after = report["load_average"]["before"], report["load_average"]["after"]
    yield f"load of the machine ({report['processors']} processors): {before:.2f} before, {after:.2f} after"
    for sample in _samples(report):
        yield f"wrong answer: {sample!r}"


def _value(report: dict[str, Any], path: str) -> Any:
    value: Any = report
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _number(value: float) -> str:
    return f"{value:,.2f}" if value != int(value) and abs(value) < 1000 else f"{value:,.0f}"


def _samples(report: dict[str, Any]) -> Iterator[str]:
    for name in ("sync", "async", "list"):
        yield from report.get(name, {}).get("error_samples", ())
