"""A service on this machine that a flow under test calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests import http_servers
from tests.http_servers import Answering, server_of, url_of


@contextmanager
def serving(answer: Callable[[str], tuple[int, object]]) -> Iterator[str]:
    """Yields the address of a service that answers each GET, by its path and query, with a status and JSON."""

    class Handler(Answering):
        def do_GET(self) -> None:
            status, value = answer(self.path)
            self.answer_json(value, status)

    with http_servers.serving(server_of(Handler)) as service:
        yield url_of(service)
