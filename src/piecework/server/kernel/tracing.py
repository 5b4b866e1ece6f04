"""Traces by OpenTelemetry: one a run, however many workers and pauses it takes, exported by OTLP over HTTP.

Nothing here is imported unless ``AP_OTEL_ENABLED`` says so. A run's trace id and the id of its own span are derived from the run's id, so that
every worker knows them without being told, and a step's span can be sent long before the run's, which comes when the run ends. Spans are made when
what they tell of is over, with the times at which it began and ended: nothing has to be kept open across a pause or a crash.

Where spans go, what share of runs is traced and how they are batched is for OpenTelemetry's own variables: ``OTEL_EXPORTER_OTLP_ENDPOINT``,
``OTEL_EXPORTER_OTLP_HEADERS``, ``OTEL_SERVICE_NAME``, ``OTEL_RESOURCE_ATTRIBUTES``, ``OTEL_TRACES_SAMPLER``, ``OTEL_BSP_*``.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import structlog

from piecework import __version__

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

log = structlog.get_logger("tracing")

Attributes = Mapping[str, str | int | float | bool]

NANOSECONDS = 1_000_000
"""In a millisecond, which is what everything here is given in."""


class SpanError(NamedTuple):
    """What went wrong, without a word of what was worked on: the kind of error, and the id under which the log has it."""

    kind: str
    error_id: str


class Moment(NamedTuple):
    """Something that happened to a run at a time (milliseconds since 1970)."""

    name: str
    at: float
    attributes: Attributes


class RunTrace:
    """Where one run's spans belong. ``Tracing.run`` makes it."""

    __slots__ = ("_context", "_span_id", "_trace_id", "_tracing")

    def __init__(self, tracing: Tracing, trace_id: int, span_id: int, context: Context) -> None:
        self._tracing = tracing
        self._trace_id = trace_id
        self._span_id = span_id
        self._context = context

    def step(self, name: str, start: float, end: float, attributes: Attributes, error: SpanError | None) -> None:
        """Record one attempt at a step, below the run's span. Times in milliseconds since 1970."""
        self._tracing.record(name, start, end, attributes, error, context=self._context)

    def whole(self, start: float, end: float, attributes: Attributes, error: SpanError | None, moments: Sequence[Moment]) -> None:
        """Record the run's own span: it has ended."""
        self._tracing.record("engine.run", start, end, attributes, error, ids=(self._trace_id, self._span_id), moments=moments)


class Tracing:
    """One a process that traces."""

    def __init__(self) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from piecework.server.kernel.span_ids import ChosenIds

        _warn_of_protocol()
        named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "piecework"}
        resource = Resource.create({**named, "service.version": __version__})
        self._ids = ChosenIds()
        self._provider: TracerProvider = TracerProvider(resource=resource, id_generator=self._ids, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("piecework", __version__)

    def run(self, run_id: str, retries: int) -> RunTrace | None:
        """Where the run's spans go; None if the sampler leaves this run out. A retried run stays in its trace, with a span for each time it ended."""
        from opentelemetry.context import Context
        from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

        trace_id, span_id = trace_id_of(run_id), span_id_of(run_id, retries)
        if not self._provider.sampler.should_sample(Context(), trace_id, "engine.run").decision.is_sampled():
            return None
        parent = NonRecordingSpan(SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)))
        return RunTrace(self, trace_id, span_id, set_span_in_context(parent, Context()))

    def record(
        self,
        name: str,
        start: float,
        end: float,
        attributes: Attributes,
        error: SpanError | None,
        *,
        context: Context | None = None,
        ids: tuple[int, int] | None = None,
        moments: Sequence[Moment] = (),
    ) -> None:
        """Record a span: below the one in ``context``, or as a root with these ids."""
        from opentelemetry.context import Context
        from opentelemetry.trace import Status, StatusCode

        self._ids.choose(ids)
        span = self._tracer.start_span(name, context or Context(), attributes=dict(attributes), start_time=int(start * NANOSECONDS))
        for moment in moments:
            span.add_event(moment.name, dict(moment.attributes), int(moment.at * NANOSECONDS))
        if error is not None:
            details = {"exception.type": error.kind, "errorId": error.error_id}
            span.add_event("exception", details, int(end * NANOSECONDS))
            span.set_status(Status(StatusCode.ERROR, error.kind))
        span.end(int(end * NANOSECONDS))

    async def close(self) -> None:
        """Send what waits to be sent, as long as the collector takes it, then stop."""
        await asyncio.to_thread(self._provider.shutdown)


def trace_id_of(run_id: str) -> int:
    """The trace of a run: 128 bits that belong to its id."""
    return int.from_bytes(sha256(f"trace\0{run_id}".encode()).digest()[:16], "big")


def span_id_of(run_id: str, retries: int) -> int:
    """The run's own span, another one for each retry of the whole run."""
    return int.from_bytes(sha256(f"span\0{run_id}\0{retries}".encode()).digest()[:8], "big")


def _warn_of_protocol() -> None:
    for name in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        protocol = os.environ.get(name, "http/protobuf")
        if protocol != "http/protobuf":
            log.warning("traces are sent as http/protobuf, whatever the variable says", variable=name, protocol=protocol)
