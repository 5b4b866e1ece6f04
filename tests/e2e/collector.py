"""An OpenTelemetry collector for tests: takes OTLP over HTTP and keeps what it was sent."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.http_servers import Answering, server_of, serving


class Collector:
    """``url`` is what OTEL_EXPORTER_OTLP_ENDPOINT wants; ``raw`` are the requests' bodies."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.raw: list[bytes] = []
        self.paths: set[str] = set()

    def take(self, path: str, body: bytes) -> None:
        self.paths.add(path)
        self.raw.append(body)

    def _resources(self) -> Iterator[Any]:
        for body in list(self.raw):
            yield from ExportTraceServiceRequest.FromString(body).resource_spans

    def spans(self) -> list[Span]:
        """All spans so far, by the time they began."""
        found = [span for resource in self._resources() for scope in resource.scope_spans for span in scope.spans]
        return sorted(found, key=lambda span: span.start_time_unix_nano)

    def spans_of(self, run_id: str) -> list[Span]:
        return [span for span in self.spans() if attributes(span).get("flowRunId") == run_id]

    def service_names(self) -> set[str]:
        return {
            attribute.value.string_value
            for resource in self._resources()
            for attribute in resource.resource.attributes
            if attribute.key == "service.name"
        }


def attributes(thing: Any) -> dict[str, Any]:
    """Attributes of a span or of one of its events."""
    return {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in thing.attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens."""

    class Handler(Answering):
        def do_POST(self) -> None:
            body = self.body()
            collector.take(self.path, gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.answer(200, ExportTraceServiceResponse().SerializeToString(), "application/x-protobuf")

    with serving(server_of(Handler)) as server:
        collector = Collector(server.server_port)
        yield collector
