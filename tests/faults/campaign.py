"""Load on a server, disturbances, and the account of it: what was acknowledged, what was recorded, what was done twice, what is left."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import zstandard

from piecework.engine.timeline import fold
from tests.e2e.server_process import Server, StartServer, spawn
from tests.faults import ledger
from tests.faults.sink import Sink
from tests.patience import PATIENCE_SECONDS

ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "TIMEOUT", "INTERNAL_ERROR", "LOG_SIZE_EXCEEDED", "MEMORY_LIMIT_EXCEEDED"})
KILLED_THRICE = "it was tried 3 times"
"""A step may fail for that, and for nothing else: its process was killed in each of its attempts."""


class Campaign:
    """One data folder through many lives of a server. ``kills``: by what was killed; ``at_work``: children that ran a step at that moment."""

    def __init__(self, start: StartServer, data: Path, sink: Sink, chance: random.Random, *, python: bool, **settings: Any) -> None:
        self._start = start
        self.data = data
        self.sink = sink
        self.chance = chance
        self.kills: Counter[str] = Counter()
        self.at_work = 0
        self.padding = 0  # characters that each call carries along
        self.refused: Counter[str] = Counter()
        self.settings = {"allow_open_sign_up": True, "log_level": "error", **settings}
        self._weights = {name: weight for name, weight in ledger.WEIGHTS.items() if python or name != "python"}
        self._flows: dict[str, str] = {}
        self._calls = 0
        self._called: dict[str, tuple[str, dict[str, Any]]] = {}  # by name: flow and payload
        self._acknowledged: set[str] = set()
        self._resumed: set[str] = set()
        self._settled: dict[str, int] = {}
        self._wrong: list[str] = []
        self._read_until = ""

    # ---- the server

    def start(self) -> Server:
        """The next life."""
        self.server = self._start(self.data, **self.settings)
        if not self._flows:
            self._publish()
        return self.server

    def _publish(self) -> None:
        session = self.server.sign_up("owner@example.com")
        with self.server.client(session["token"]) as client:
            for name, steps in ledger.FLOWS.items():
                flow = client.post("/flows", json={"displayName": name, "projectId": session["projectId"]}).raise_for_status().json()
                document = {"displayName": name, "schemaVersion": "20", "notes": [], "trigger": ledger.trigger(*steps(self.sink.port))}
                for operation in ({"type": "IMPORT_FLOW", "request": document}, {"type": "LOCK_AND_PUBLISH", "request": {}}):
                    response = client.post(f"/flows/{flow['id']}", json=operation)
                    assert response.status_code == 200, response.text
                self._flows[name] = flow["id"]

    def kill_while_starting(self) -> None:
        """The next life ends before it is ready: in the middle of taking over what the last one left."""
        server = spawn(self.data, **self.settings)
        time.sleep(self.chance.uniform(0.3, 1.5))
        server.process.kill()
        server.process.wait()
        self.kills["server"] += 1

    def kill_server(self) -> None:
        """SIGKILL, and a look at what it leaves: what is recorded by now must not be done again."""
        for line in httpx.get(f"{self.server.url}/metrics", trust_env=False).text.splitlines():
            if line.startswith("engine_sandbox_restarts_total "):
                self.at_work += int(float(line.split()[1]))
        self.server.process.kill()
        self.server.process.wait()
        self.kills["server"] += 1
        self.look()

    # ---- the load

    @asynccontextmanager
    async def load(self, clients: int = 12, pause: float = 0.0) -> AsyncIterator[None]:
        """Calls of all flows, and of the links that they give out, for as long as the block runs."""
        stop = asyncio.Event()
        tasks = [asyncio.create_task(self._call_again_and_again(stop, pause)) for _ in range(clients)]
        tasks.append(asyncio.create_task(self._resume_again_and_again(stop)))
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    @property
    def acknowledged(self) -> int:
        return len(self._acknowledged)

    async def until_acknowledged(self, count: int, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until so many calls have been acknowledged in all."""
        deadline = time.monotonic() + seconds
        while self.acknowledged < count:
            assert time.monotonic() < deadline, f"{self.acknowledged} of {count} calls were acknowledged; refused: {self.refused}"
            await asyncio.sleep(0.01)

    async def _call_again_and_again(self, stop: asyncio.Event, pause: float) -> None:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            while not stop.is_set():
                [flow] = self.chance.choices(list(self._weights), list(self._weights.values()))
                if not await self._call(client, flow):
                    await asyncio.sleep(0.05)
                await asyncio.sleep(pause)

    async def _call(self, client: httpx.AsyncClient, flow: str) -> bool:
        self._calls += 1
        payload = {"id": f"r{self._calls}", "n": self.chance.randint(0, 3), "items": [1, 2, 3], "pad": "x" * self.padding}
        self._called[payload["id"]] = (flow, payload)
        url = f"{self.server.url}/api/v1/webhooks/{self._flows[flow]}{'/sync' if flow == 'sync' else ''}"
        try:
            response = await client.post(url, json=payload)
        except httpx.HTTPError as error:
            self.refused[type(error).__name__] += 1
            return False
        if response.status_code != 200:
            self.refused[str(response.status_code)] += 1
            return False
        if flow == "sync" and response.json() != {"twice": payload["n"] * 2}:
            self._wrong.append(f"{payload['id']}: {response.text}")
        self._acknowledged.add(payload["id"])
        return True

    async def _resume_again_and_again(self, stop: asyncio.Event) -> None:
        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            while not stop.is_set():
                await self._resume_all(client)
                await asyncio.sleep(0.1)

    async def _resume_all(self, client: httpx.AsyncClient) -> None:
        """Use every link until somebody has taken it: a second time does nothing."""
        for path, link in list(self.sink.links.items()):
            if path not in self._resumed:
                try:
                    response = await client.post(f"{self.server.url}{urlsplit(link).path}", json={})
                except httpx.HTTPError:
                    return
                if response.status_code == 200:
                    self._resumed.add(path)

    # ---- disturbances

    async def kill_children(self, count: int) -> None:
        """SIGKILL for so many processes of the sandbox, at random moments: mostly children at work, now and then the fork server."""
        while count:
            await asyncio.sleep(self.chance.uniform(0.01, 0.25))
            fork_server, children = sandbox_of(self.server.process.pid)
            victims = fork_server if self.chance.random() < 0.05 else children
            if victims and _kill(self.chance.choice(victims)):
                self.kills["sandbox"] += 1
                count -= 1

    # ---- the account

    def look(self) -> None:
        """Read what is recorded, while no server runs or one does; what it says of effects is settled from now on."""
        before = Counter(self.sink.calls)
        with closing(sqlite3.connect(self.data / "piecework.db", timeout=60)) as connection:
            done: set[str] = set()
            for steps in self._journals(connection):
                done |= ledger.recorded(steps)
            for steps in self._new_logs(connection):
                done |= ledger.recorded(steps)
        for path in done - self._settled.keys():
            self._settled[path] = before[path]

    def _journals(self, connection: sqlite3.Connection) -> Iterable[dict[str, Any]]:
        rows = connection.execute("SELECT j.runId, j.entry FROM journal j ORDER BY j.runId, j.seq").fetchall()
        entries: dict[str, list[bytes]] = {}
        for run_id, entry in rows:
            entries.setdefault(run_id, []).append(entry)
        return [fold(of_run) for of_run in entries.values()]

    def _new_logs(self, connection: sqlite3.Connection) -> Iterable[dict[str, Any]]:
        statement = (
            "SELECT r.updated, f.data, f.compression FROM flow_run r JOIN file f ON f.id = logsFileId WHERE r.updated >= ? ORDER BY 1"
        )
        rows = connection.execute(statement, (self._read_until,)).fetchall()
        if rows:
            self._read_until = rows[-1][0]
        return [_steps(data, compression) for _, data, compression in rows]

    async def settle(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until every run has ended, resuming those that wait."""
        deadline = time.monotonic() + seconds
        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            while left := self.unfinished():
                if time.monotonic() > deadline:
                    return
                await self._resume_all(client)
                await asyncio.sleep(0.2 + left / 5000)

    def unfinished(self) -> int:
        """Runs that have not ended."""
        with closing(sqlite3.connect(self.data / "piecework.db", timeout=60)) as connection:
            counts = connection.execute("SELECT status, count(*) FROM flow_run GROUP BY status").fetchall()
        return sum(count for status, count in counts if status not in ENDED)

    def _call_of(self, trigger: dict[str, Any]) -> dict[str, Any]:
        """What the trigger gave; a large call is kept beside the log."""
        if trigger.get("outputType") != "slice":
            return trigger["output"]
        with closing(sqlite3.connect(self.data / "piecework.db", timeout=60)) as connection:
            [row] = connection.execute("SELECT data, compression FROM file WHERE id = ?", (trigger["output"]["fileId"],)).fetchall()
        return orjson.loads(_unpacked(*row))

    def account(self) -> Account:
        """What has become of it all."""
        self.look()
        with closing(sqlite3.connect(self.data / "piecework.db", timeout=60)) as connection:
            rows = connection.execute(
                "SELECT r.status, r.failedStepMessage, f.data, f.compression FROM flow_run r LEFT JOIN file f ON f.id = r.logsFileId"
            ).fetchall()
            [jobs] = connection.execute("SELECT (SELECT count(*) FROM job) + (SELECT count(*) FROM journal)").fetchone()
        account = Account(len(rows), left_over=jobs, wrong_answers=self._wrong)
        names: Counter[str] = Counter()
        for status, message, data, compression in rows:
            if status not in ENDED:
                account.stuck += 1
                continue
            name = self._call_of(_steps(data, compression)["trigger"])["body"]["id"]
            names[name] += 1
            if status == "SUCCEEDED":
                account.lost += [path for path in ledger.expected(*self._called[name]) if not self.sink.calls[path]]
            elif KILLED_THRICE in (message or ""):
                account.killed_thrice += 1
            else:
                account.unexpected.append(f"{name}: {status} {message}")
        account.lost += sorted(self._acknowledged - set(names))
        account.doubled = [name for name, count in names.items() if count > 1]
        account.repeated = [path for path, count in self._settled.items() if self.sink.calls[path] > count]
        account.other_keys = [path for path, keys in self.sink.keys.items() if len(keys) > 1]
        return account


class Account:
    """The result of a campaign; everything but ``runs`` and ``killed_thrice`` has to be empty or 0."""

    def __init__(self, runs: int, left_over: int, wrong_answers: list[str]) -> None:
        self.runs = runs
        self.left_over = left_over
        self.wrong_answers = wrong_answers
        self.stuck = 0
        self.killed_thrice = 0
        self.lost: list[str] = []
        self.doubled: list[str] = []
        self.repeated: list[str] = []
        self.other_keys: list[str] = []
        self.unexpected: list[str] = []

    @property
    def text(self) -> str:
        return f"lost {len(self.lost)}, recorded steps repeated {len(self.repeated)}, stuck {self.stuck}"

    def check(self) -> None:
        assert self.lost == [], "acknowledged calls without a run, or effects of runs that succeeded"
        assert self.doubled == [], "calls with more than one run"
        assert self.repeated == [], "steps that were recorded as succeeded and executed again"
        assert self.other_keys == [], "steps that were executed again under another idempotency key"
        assert (self.stuck, self.left_over) == (0, 0), "runs, jobs and journal entries that are left"
        assert self.unexpected == []
        assert self.wrong_answers == []


def sandbox_of(server: int) -> tuple[list[int], list[int]]:
    """The fork server, and everything below it."""
    fork_server = _children(server)
    below: list[int] = []
    unvisited = list(fork_server)
    while unvisited:
        young = _children(unvisited.pop())
        below += young
        unvisited += young
    return fork_server, below


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:  # it has ended meanwhile
            continue
    return found


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _unpacked(data: bytes, compression: str) -> bytes:
    return zstandard.ZstdDecompressor().decompress(data) if compression == "ZSTD" else data


def _steps(data: bytes, compression: str) -> dict[str, Any]:
    return orjson.loads(_unpacked(data, compression))["executionState"]["steps"]
