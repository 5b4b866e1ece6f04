"""A local HTTP server that counts who called it, and with which idempotency keys: the side effect of the fault tests' flows."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, defaultdict
from urllib.parse import parse_qs

ANSWER = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}'


class Sink:
    """Answers every request 200 and counts its path. Runs in a thread of its own, so that it outlives whatever the test kills.

    ``keys``: the idempotency keys of each path; ``links``: what calls had for ``link`` in their query, by path.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.keys: defaultdict[str, set[str]] = defaultdict(set)
        self.links: dict[str, str] = {}
        self.port = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Sink:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._answer, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                self._note((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _note(self, head: str) -> None:
        """A request without a body."""
        path, _, query = head.split(" ", 2)[1].partition("?")
        self.calls[path] += 1
        for line in head.split("\r\n"):
            name, _, value = line.partition(":")
            if name.lower() == "idempotency-key":
                self.keys[path].add(value.strip())
        if query:
            self.links[path] = parse_qs(query).get("link", [""])[0]
