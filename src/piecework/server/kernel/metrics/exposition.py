"""The figures as Prometheus reads them: names with underscores, each help text with the dotted name that documents and alerts use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from piecework.server.kernel.metrics.figures import LATENCY_BUCKETS, Gauges, Histogram, Metrics

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_ACTION = ("piece", "action")


def exposition(metrics: Metrics, gauges: Gauges) -> bytes:
    """The text of one scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(metrics, gauges))
    return generate_latest(registry)


class _Figures(Collector):
    """Reads the figures at the moment of the scrape; prometheus-client asks it and writes what it gives."""

    def __init__(self, metrics: Metrics, gauges: Gauges) -> None:
        self._metrics = metrics
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        """See ``Collector``."""
        yield from _steps(self._metrics)
        yield from _callers(self._metrics)
        yield from _runs(self._metrics)
        yield from _journal(self._metrics)
        yield from _gauges(self._gauges)

    def describe(self) -> Iterable[Metric]:
        """See ``Collector``: nothing is known before it is counted."""
        return ()


def _steps(metrics: Metrics) -> Iterator[Metric]:
    durations = HistogramMetricFamily(
        "engine_step_duration_ms", "engine.step.duration_ms: milliseconds of each attempt at a step, by piece and action", labels=_ACTION
    )
    retries = SummaryMetricFamily(
        "engine_step_retries", "engine.step.retries: attempts after the first (sum) and steps that came to an end (count)", labels=_ACTION
    )
    statuses = CounterMetricFamily(
        "engine_step_status", "engine.step.status: steps that came to an end, by their status", labels=(*_ACTION, "status")
    )
    for key, figures in metrics.steps.items():
        durations.add_metric(key, _buckets(figures.durations), figures.durations.total)
        retries.add_metric(key, figures.statuses.total(), figures.retries)
        for status, count in figures.statuses.items():
            statuses.add_metric((*key, status), count)
    yield from (durations, retries, statuses)


def _callers(metrics: Metrics) -> Iterator[Metric]:
    name = "engine_webhook_respond_latency_ms"
    latency = HistogramMetricFamily(
        name, "engine.webhook.respond_latency_ms: milliseconds from a synchronous call to its answer", labels=("outcome",)
    )
    histograms = metrics.respond_latency or {"answered": Histogram(LATENCY_BUCKETS)}
    for outcome, histogram in histograms.items():
        latency.add_metric((outcome,), _buckets(histogram), histogram.total)
    yield latency
    yield _counted("engine_webhook_undelivered", "engine.webhook.undelivered: responses that no caller got", "reason", metrics.undelivered)
    yield CounterMetricFamily(
        "engine_pause_delay_exceeded",
        "engine.pause.delay_exceeded: pauses refused because they were longer than AP_PAUSED_FLOW_TIMEOUT_DAYS",
        metrics.pauses_exceeded,
    )


def _runs(metrics: Metrics) -> Iterator[Metric]:
    yield _counted("engine_runs", "engine.runs: turns of runs that ended or paused, by the run's status", "status", metrics.runs)
    yield CounterMetricFamily("engine_queue_claims", "engine.queue.claims: jobs that a worker took", metrics.claims)
    losses = {reason: metrics.lease_losses[reason] for reason in ("fenced", "worker_gone")}
    yield _counted("engine_lease_losses", "engine.lease.losses: jobs whose worker lost them or died with them", "reason", losses)
    yield CounterMetricFamily(
        "engine_progress_failures", "engine.progress.failures: live messages to browsers that were not sent", metrics.progress_failures
    )


def _journal(metrics: Metrics) -> Iterator[Metric]:
    latency = HistogramMetricFamily(
        "engine_journal_commit_latency_ms", "engine.journal.commit_latency_ms: milliseconds of one transaction, confirmed by the disk"
    )
    latency.add_metric((), _buckets(metrics.commits), metrics.commits.total)
    yield latency
    yield CounterMetricFamily("engine_journal_writes", "engine.journal.writes: writes that those transactions carried", metrics.writes)
    yield CounterMetricFamily(
        "engine_journal_cpu_ms",
        "engine.journal.cpu_ms: milliseconds of processor time for its texts and those transactions",
        metrics.journal_cpu_ms,
    )


def _gauges(gauges: Gauges) -> Iterator[Metric]:
    depth = GaugeMetricFamily("engine_queue_depth", "engine.queue.depth: jobs that wait, by what they wait for", labels=("state",))
    for state, count in (("queued", gauges.queued), ("delayed", gauges.delayed), ("paused", gauges.paused)):
        depth.add_metric((state,), count)
    yield depth
    yield GaugeMetricFamily(
        "engine_queue_oldest_seconds",
        "engine.queue.oldest_seconds: how long the job at the head of the line has waited",
        gauges.oldest_seconds,
    )
    yield GaugeMetricFamily("engine_runs_driving", "engine.runs.driving: runs that the worker has in hand", gauges.driving)
    yield GaugeMetricFamily("engine_worker_slots", "engine.worker.slots: runs that the worker drives at once", gauges.slots)
    yield GaugeMetricFamily("engine_sandbox_busy", "engine.sandbox.busy: children of the sandbox at work", gauges.sandbox_busy)
    yield CounterMetricFamily(
        "engine_sandbox_kills", "engine.sandbox.kills: children ended for a limit or a cancelled run", gauges.sandbox_kills
    )
    yield CounterMetricFamily("engine_sandbox_restarts", "engine.sandbox.restarts: children that died otherwise", gauges.sandbox_restarts)


def _counted(name: str, documentation: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, documentation, labels=(label,))
    for value, count in counts.items():
        family.add_metric((value,), count)
    return family


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Prometheus's buckets: each counts what is at its bound or below."""
    buckets: list[tuple[str, float]] = []
    below = 0
    for bound, count in zip([*histogram.bounds, float("inf")], histogram.counts, strict=True):
        below += count
        buckets.append(("+Inf" if bound == float("inf") else f"{float(bound)}", below))
    return buckets
