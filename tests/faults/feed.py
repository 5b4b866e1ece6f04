"""A source of items for a polling trigger, which goes on producing while it is asked, and the piece that asks it."""

from __future__ import annotations

import json
import random
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PIECE = '''
from datetime import datetime
from piecework.sdk import ByTime, IntervalSchedule, Piece, ShortText, TriggerContext
from typing import Annotated, Any

piece = Piece("feed", display_name="Feed", version="0.1.0", description="Items of a source.")


@piece.poll(name="new_item", dedupe=ByTime(lambda item: datetime.fromisoformat(item["at"])), every=IntervalSchedule(1))
async def new_item(ctx: TriggerContext, url: Annotated[str, ShortText("URL")]) -> list[dict[str, Any]]:
    """Starts for each new item."""
    since = ctx.since.isoformat() if ctx.since else ""
    return (await ctx.http.request("GET", url, params={"since": since})).json()
'''
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
SAME_MOMENT = 7
"""Items of one moment: some of them are there when a poll comes, the others come later."""
OLD = 5


class Feed:
    """An HTTP server. Items ``1-OLD … 0`` are there from the beginning; each question after that produces some more, up to ``total``."""

    def __init__(self, total: int, chance: random.Random) -> None:
        self.total = total
        self.produced = 0
        self.asked = 0
        self._chance = chance
        self._lock = threading.Lock()

    def __enter__(self) -> Feed:
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = json.dumps(feed.answer(parse_qs(urlsplit(self.path).query).get("since", [""])[0])).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def answer(self, since: str) -> list[dict[str, Any]]:
        """Items from a moment on, newest first; without one the newest few."""
        with self._lock:
            self.asked += 1
            if self.asked > 1:
                self.produced = min(self.produced + self._chance.randrange(100, 500), self.total)
            first = 1 - OLD
            if since:
                moments = int((datetime.fromisoformat(since) - BEGINNING).total_seconds())
                first = max(first, moments * SAME_MOMENT)
            return [{"number": number, "at": _moment(number)} for number in range(self.produced, first - 1, -1)]


def _moment(number: int) -> str:
    return (BEGINNING + timedelta(seconds=number // SAME_MOMENT)).isoformat()
