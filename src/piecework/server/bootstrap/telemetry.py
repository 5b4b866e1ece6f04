"""What can be seen of the server at work: metrics, always; traces, where the settings ask for them; and the page that Prometheus reads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from piecework.sandbox.pool import SandboxPool
from piecework.server.adapters.sqlite.runs import SqliteRuns
from piecework.server.api.dispatch import Mount
from piecework.server.api.metrics import PATH, metrics_app
from piecework.server.kernel.clock import from_iso
from piecework.server.kernel.metrics import Gauges, Metrics
from piecework.server.kernel.settings import Settings
from piecework.server.kernel.tracing import Tracing
from piecework.server.worker.claim import Worker
from piecework.server.worker.observing import Observer


@dataclass(frozen=True)
class Telemetry:
    """See the file's first line."""

    metrics: Metrics
    observer: Observer


def build_telemetry(settings: Settings) -> Telemetry:
    """Returns what counts and traces. OpenTelemetry is loaded only where it is asked for."""
    metrics = Metrics()
    return Telemetry(metrics, Observer(metrics, Tracing() if settings.otel_enabled else None))


def metrics_mount(settings: Settings, metrics: Metrics, queue: SqliteRuns, worker: Worker, sandbox: SandboxPool) -> Mount:
    """Returns the page for Prometheus."""
    token = settings.metrics_token.get_secret_value() if settings.metrics_token is not None else None
    header = None if settings.client_real_ip_header == "none" else settings.client_real_ip_header
    return Mount(PATH, metrics_app(_reader(metrics, queue, worker, sandbox), token, header))


def _reader(metrics: Metrics, queue: SqliteRuns, worker: Worker, sandbox: SandboxPool) -> Callable[[], tuple[bytes, str]]:
    def read() -> tuple[bytes, str]:
        # Imported by the first scrape: the library takes megabytes and a tenth of a second, and many servers are never asked.
        from piecework.server.kernel.metrics.exposition import CONTENT_TYPE, exposition

        return exposition(metrics, _gauges(queue, worker, sandbox)), CONTENT_TYPE

    return read


def _gauges(queue: SqliteRuns, worker: Worker, sandbox: SandboxPool) -> Gauges:
    depth, pool = queue.depth(), sandbox.state()
    waited = (datetime.now(UTC) - from_iso(depth.oldest_since)).total_seconds() if depth.oldest_since else 0.0
    return Gauges(
        queued=depth.queued,
        delayed=depth.delayed,
        paused=depth.paused,
        oldest_seconds=max(0.0, waited),
        driving=worker.driving,
        slots=worker.slots,
        sandbox_busy=pool.busy,
        sandbox_kills=pool.kills,
        sandbox_restarts=pool.restarts,
    )
