"""The figures themselves: plain numbers that the event loop's thread adds to, and that a scrape reads.

An observation is a list index and two additions (0.2 µs). prometheus-client's own counters take 3 µs, because they guard against threads that
are not here and look their labels up each time; it writes the answer of a scrape instead (``exposition``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

DURATION_BUCKETS = (0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000)
"""Milliseconds of a step: from a data mapping to a call of a slow service. 2,000 is the objective for steps without outside calls."""
LATENCY_BUCKETS = (1, 2.5, 5, 10, 25, 50, 100, 250, 500, 750, 1_000, 2_500, 5_000, 10_000, 30_000)
"""Milliseconds that a caller waits: 500 is the objective, 1,000 the alert."""
COMMIT_BUCKETS = (0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 30_000)
"""Milliseconds of one transaction, the disk's confirmation included."""


class Histogram:
    """How often each size was seen. ``counts`` has one more place than ``bounds``: what is above the last one."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count one value. Bounds are inclusive, as Prometheus has them."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class StepFigures:
    """Of one action of one piece: milliseconds of every attempt, how steps ended, and how often one was tried again."""

    __slots__ = ("durations", "retries", "statuses")

    def __init__(self) -> None:
        self.durations = Histogram(DURATION_BUCKETS)
        self.statuses: Counter[str] = Counter()
        self.retries = 0


class Metrics:
    """One a process. Everything is counted since the process began; keys are words of ours or names of installed pieces, never a user's."""

    def __init__(self) -> None:
        self.steps: dict[tuple[str, str], StepFigures] = {}
        self.runs: Counter[str] = Counter()
        self.claims = 0
        self.lease_losses: Counter[str] = Counter()
        self.respond_latency: dict[str, Histogram] = {}
        self.undelivered: Counter[str] = Counter()
        self.pauses_exceeded = 0
        self.commits = Histogram(COMMIT_BUCKETS)
        self.writes = 0
        self.journal_cpu_ms = 0.0
        self.progress_failures = 0

    def step(self, piece: str, action: str) -> StepFigures:
        """The figures of an action."""
        figures = self.steps.get((piece, action))
        if figures is None:
            figures = self.steps[piece, action] = StepFigures()
        return figures

    def responded(self, milliseconds: float, outcome: str) -> None:
        """A caller who waited has his answer; ``outcome`` says which kind."""
        histogram = self.respond_latency.get(outcome)
        if histogram is None:
            histogram = self.respond_latency[outcome] = Histogram(LATENCY_BUCKETS)
        histogram.observe(milliseconds)

    def committed(self, milliseconds: float, writes: int, cpu_ms: float) -> None:
        """A transaction of the journal is on the disk; it carried so many writes and took so much processor time of the writer."""
        self.commits.observe(milliseconds)
        self.writes += writes
        self.journal_cpu_ms += cpu_ms

    def made_text(self, cpu_ms: float) -> None:
        """An entry or a log was made into text for the journal, in so much processor time."""
        self.journal_cpu_ms += cpu_ms


class Gauges(NamedTuple):
    """What is looked up when somebody asks. ``oldest_seconds``: how long the job at the head of the line has waited."""

    queued: int
    delayed: int
    paused: int
    oldest_seconds: float
    driving: int
    slots: int
    sandbox_busy: int
    sandbox_kills: int
    sandbox_restarts: int
