"""Histograms count every value once, in the right place, and Prometheus reads the same numbers."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from piecework.server.kernel.metrics import Gauges, Histogram, Metrics
from piecework.server.kernel.metrics.exposition import exposition
from piecework.server.kernel.metrics.figures import DURATION_BUCKETS

IDLE = Gauges(0, 0, 0, 0.0, 0, 32, 0, 0, 0)
values = st.lists(st.floats(min_value=0, max_value=1e6), max_size=60)


@given(values)
def test_a_histogram_counts_what_it_saw(seen: list[float]) -> None:
    histogram = Histogram(DURATION_BUCKETS)
    for value in seen:
        histogram.observe(value)
    assert sum(histogram.counts) == len(seen)
    assert histogram.total == sum(seen)
    below = 0
    for bound, count in zip(histogram.bounds, histogram.counts, strict=False):
        below += count
        assert below == sum(value <= bound for value in seen)


@given(values, st.text(max_size=20), st.text(max_size=20))
def test_prometheus_reads_what_was_counted(seen: list[float], piece: str, action: str) -> None:
    metrics = Metrics()
    figures = metrics.step(piece, action)
    for value in seen:
        figures.durations.observe(value)
        figures.statuses["SUCCEEDED"] += 1
    text = exposition(metrics, IDLE).decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    own = {sample.name: sample.value for sample in samples if sample.labels.get("action") is not None and "le" not in sample.labels}
    assert own["engine_step_duration_ms_count"] == own["engine_step_retries_count"] == len(seen)
    assert own["engine_step_duration_ms_sum"] == sum(seen)
    assert own.get("engine_step_status_total", 0) == len(seen)


def test_every_help_text_begins_with_the_dotted_name() -> None:
    families = text_string_to_metric_families(exposition(Metrics(), IDLE).decode())
    described = {family.name: family.documentation.partition(":")[0] for family in families}
    assert len(described) > 15
    assert all(dotted.replace(".", "_") == name for name, dotted in described.items())


def test_what_has_not_happened_yet_is_a_zero_and_not_a_gap() -> None:
    """An alert on the first occurrence needs a value before it."""
    text = exposition(Metrics(), IDLE).decode()
    for line in (
        "engine_pause_delay_exceeded_total 0.0",
        'engine_lease_losses_total{reason="fenced"} 0.0',
        'engine_lease_losses_total{reason="worker_gone"} 0.0',
        'engine_webhook_respond_latency_ms_count{outcome="answered"} 0.0',
    ):
        assert line in text.splitlines()
