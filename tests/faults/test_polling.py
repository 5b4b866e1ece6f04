"""A polling trigger whose server is killed and whose flow is published again and again: each item of its source begins exactly one run."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import zstandard

from tests.e2e.server_process import Server, StartServer
from tests.faults.feed import PIECE, Feed
from tests.faults.pieces import install
from tests.patience import PATIENCE_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ITEMS = 10_000
KILLS = 20
REPUBLISHES = 20
MOST_PER_POLL = 400
SETTINGS = {"allow_open_sign_up": True, "log_level": "error", "trigger_max_items_per_poll": MOST_PER_POLL}
Record = Callable[[str, object], None]


class Published:
    """The flow, and publishing it once more under another name: another version with the same trigger."""

    def __init__(self, server: Server, url: str) -> None:
        self._session = server.sign_up("owner@example.com")
        self.republished = 0
        settings = {"pieceName": "@activepieces/piece-feed", "pieceVersion": "0.1.0", "triggerName": "new_item", "input": {"url": url}}
        trigger = {
            "name": "trigger",
            "type": "PIECE_TRIGGER",
            "displayName": "T",
            "valid": True,
            "settings": settings | {"propertySettings": {}},
        }
        with server.client(self._session["token"]) as client:
            flow = client.post("/flows", json={"displayName": "F", "projectId": self._session["projectId"]}).raise_for_status().json()
            self._path = f"/flows/{flow['id']}"
            self.flow_id = flow["id"]
            for operation in (("UPDATE_TRIGGER", trigger), ("LOCK_AND_PUBLISH", {})):
                response = client.post(self._path, json={"type": operation[0], "request": operation[1]})
                assert response.status_code == 200, response.text

    def again(self, server: Server) -> None:
        """Raises nothing if the server is killed in between: then nobody was told that it was published."""
        try:
            with server.client(self._session["token"]) as client:
                for operation in (("CHANGE_NAME", {"displayName": f"F{time.monotonic_ns()}"}), ("LOCK_AND_PUBLISH", {})):
                    answer = client.post(self._path, json={"type": operation[0], "request": operation[1]})
                    assert answer.status_code == 200, answer.text
            self.republished += 1
        except httpx.TransportError:
            pass

    def health(self, server: Server) -> dict[str, Any]:
        with server.client(self._session["token"]) as client:
            return client.get(f"/triggers/{self.flow_id}/health").raise_for_status().json()


def test_each_item_begins_exactly_one_run(
    start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    install(tmp_path / "package", "feed", PIECE, monkeypatch)
    chance = random.Random(11)
    data = tmp_path / "data"
    kills = 0
    began = time.monotonic()
    with Feed(ITEMS, chance) as feed:
        server = start_server(data, **SETTINGS)
        flow = Published(server, feed.url)
        while kills < KILLS:
            flow.again(server)
            publishing = threading.Thread(target=flow.again, args=(server,))  # is under way when the server is killed, or not any more
            time.sleep(chance.uniform(0.0, 0.8))
            publishing.start()
            time.sleep(chance.uniform(0.0, 0.06))
            server.process.kill()
            server.process.wait()
            publishing.join()
            kills += 1
            server = start_server(data, **SETTINGS)
        while flow.republished < REPUBLISHES:
            flow.again(server)
        settle(server, data, flow, feed)
        versions = versions_of(data)
        server.stop()
    counted = runs_by_item(data)
    twice = {number: count for number, count in counted.items() if count > 1}
    missing = [number for number in range(1, ITEMS + 1) if number not in counted]
    old = [number for number in counted if number < 1]
    line = (
        f"polling: {len(counted)} items, {sum(counted.values())} runs, {len(twice)} twice, {len(missing)} missing, {len(old)} old; "
        f"{kills} kills, {flow.republished} republishes ({versions} versions ran), {feed.asked} polls, {time.monotonic() - began:.0f} s"
    )
    print(line)
    record_property("summary", line)
    assert (twice, missing, old) == ({}, [], [])
    assert kills >= KILLS
    assert flow.republished >= REPUBLISHES
    assert versions > 1


def settle(server: Server, data: Path, flow: Published, feed: Feed) -> None:
    """Wait until the source has shown all, nothing is held back and every run has ended."""
    last, moved = None, time.monotonic()
    while True:
        with closing(sqlite3.connect(data / "piecework.db", timeout=30)) as connection:
            (moving,) = connection.execute("SELECT count(*) FROM flow_run WHERE status IN ('QUEUED', 'RUNNING')").fetchone()
            (runs,) = connection.execute("SELECT count(*) FROM flow_run").fetchone()
        health = flow.health(server)
        if feed.produced == feed.total and not moving and not health["waiting"] and runs >= feed.total:
            return
        if last != (last := (feed.produced, runs, moving)):
            moved = time.monotonic()
        assert time.monotonic() < moved + PATIENCE_SECONDS, f"nothing moves: {feed.produced=} {runs=} {moving=} {health=}"
        time.sleep(0.2)


def versions_of(data: Path) -> int:
    with closing(sqlite3.connect(data / "piecework.db", timeout=30)) as connection:
        return connection.execute("SELECT count(DISTINCT flowVersionId) FROM flow_run").fetchone()[0]


def runs_by_item(data: Path) -> Counter[int]:
    """How many runs each item has, by the trigger's output in their logs."""
    counted: Counter[int] = Counter()
    with closing(sqlite3.connect(data / "piecework.db", timeout=30)) as connection:
        (not_well,) = connection.execute("SELECT count(*) FROM flow_run WHERE status <> 'SUCCEEDED'").fetchone()
        assert not_well == 0
        for content, compression in connection.execute("SELECT f.data, f.compression FROM flow_run r JOIN file f ON f.id = r.logsFileId"):
            log = zstandard.ZstdDecompressor().decompress(content) if compression == "ZSTD" else content
            counted[orjson.loads(log)["executionState"]["steps"]["trigger"]["output"]["number"]] += 1
    return counted
