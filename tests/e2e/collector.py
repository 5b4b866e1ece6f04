"""An OpenTelemetry collector for tests: takes OTLP over HTTP and keeps what it was sent."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span


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

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.take(self.path, gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
