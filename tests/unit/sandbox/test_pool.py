"""The pool's own promises: children by project, fairness, cancelling, replacing, shrinking, closing."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.patience import PATIENCE_SECONDS

from piecework.sandbox import pool as pool_module
from piecework.sandbox.errors import CodeFailed, MemoryLimitExceeded, ProcessKilled, SandboxUnavailable
from piecework.sandbox.language import Language
from piecework.sandbox.launcher import Zygote
from piecework.sandbox.limits import Limits
from piecework.sandbox.pool import MAX_KILLED, SandboxPool
from piecework.sandbox.protocol import encode
from piecework.sandbox.worker import Worker

from .conftest import SMALL

SOURCE = Path(pool_module.__file__).parents[2]
ECHO = "$sandbox.define((exports) => { exports.code = (inputs) => inputs })"
WAIT = "$sandbox.define((exports) => { exports.code = (ms) => new Promise((done) => setTimeout(() => done(ms), ms)) })"
LOOP = "$sandbox.define((exports) => { exports.code = () => { while (true); } })"


async def run(pool: SandboxPool, script: str, inputs: Any = None, group: str = "a", limits: Limits | None = None) -> Any:
    return (await pool.run_code(script, inputs, language=Language.JAVASCRIPT, group=group, limits=limits)).value


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def read(path: str) -> str:
    return Path(path).read_text()


def pids(pool: SandboxPool) -> set[int]:
    return {worker.pid for worker in pool._workers}


async def gone(pid: int) -> None:
    await until(lambda: not alive(pid))


async def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_it_grows_from_warm_to_size_and_reuses_a_project_s_child(pool: SandboxPool) -> None:
    assert pool.stats() == {"children": 1, "busy": 0, "kills": 0, "restarts": 0}
    await run(pool, ECHO, 1)
    await run(pool, ECHO, 2)
    assert pool.stats()["children"] == 1
    both = [asyncio.create_task(run(pool, WAIT, 100)) for _ in range(2)]
    await asyncio.sleep(0.05)
    assert pool.stats()["busy"] == 2
    await asyncio.gather(*both)
    assert pool.stats() == {"children": 2, "busy": 0, "kills": 0, "restarts": 0}


async def test_a_child_serves_one_project(pool: SandboxPool) -> None:
    seen: dict[int, set[str]] = {}
    for number in range(12):
        group = f"project {number % 3}"
        await run(pool, ECHO, number, group)
        for worker in pool._workers:
            if worker.group is not None:
                seen.setdefault(worker.pid, set()).add(worker.group)
        assert pool.stats()["children"] <= 2
    assert all(len(groups) == 1 for groups in seen.values())
    assert pool.stats()["kills"] == 0


async def test_no_more_than_size_at_once_first_come_first_served(pool: SandboxPool) -> None:
    finished: list[int] = []

    async def one(number: int) -> None:
        await run(pool, WAIT, 20, group=f"project {number}")
        finished.append(number)
        assert pool.stats()["children"] <= 2

    await asyncio.gather(*[one(number) for number in range(10)])
    assert sorted(finished) == list(range(10))
    assert all(abs(place - number) <= 1 for place, number in enumerate(finished))


async def test_cancelling_kills_the_child_and_frees_its_place(pool: SandboxPool) -> None:
    tasks = [asyncio.create_task(run(pool, LOOP)) for _ in range(2)]
    await asyncio.sleep(0.2)
    victims = pids(pool)
    for task in tasks:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
    for pid in victims:
        await gone(pid)
    assert await run(pool, ECHO, 7) == 7
    assert pool.stats() == {"children": 1, "busy": 0, "kills": 2, "restarts": 0}


async def test_cancelling_who_waits_costs_nothing(pool: SandboxPool) -> None:
    busy = [asyncio.create_task(run(pool, WAIT, 150)) for _ in range(2)]
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(run(pool, ECHO, 1))
    await asyncio.sleep(0.01)
    waiting.cancel()
    assert await asyncio.gather(*busy) == [150, 150]
    assert await run(pool, ECHO, 2) == 2
    assert pool.stats()["kills"] == 0


async def test_cancelling_while_a_child_starts_leaves_nothing_behind(pool: SandboxPool) -> None:
    for delay in (0, 0.001, 0.003, 0.006):
        task = asyncio.create_task(run(pool, ECHO, 1, group=f"project {delay}"))
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await run(pool, ECHO, 2) == 2
    await asyncio.sleep(0.1)
    assert pool.stats()["busy"] == 0
    assert pool.stats()["children"] == len(pool._idle) <= 2


async def test_a_child_killed_from_outside_is_replaced(pool: SandboxPool) -> None:
    await run(pool, ECHO, 1)
    (pid,) = pids(pool)
    os.kill(pid, signal.SIGKILL)
    await gone(pid)
    await asyncio.sleep(0.05)
    assert await run(pool, ECHO, 2) == 2


async def test_the_fork_server_killed_from_outside_is_replaced(pool: SandboxPool) -> None:
    await run(pool, ECHO, 1)
    assert pool._zygote is not None
    (pid,) = pids(pool)
    os.kill(pool._zygote._process.pid, signal.SIGKILL)
    await gone(pid)
    await asyncio.sleep(0.05)
    assert await run(pool, ECHO, 2) == 2


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


async def test_a_step_whose_child_is_killed_is_run_again(pool: SandboxPool) -> None:
    for victim in ("child", "fork server"):
        running = asyncio.create_task(run(pool, WAIT, 300))
        await until(lambda: pool.stats()["busy"] == 1)
        assert pool._zygote is not None
        kill(*pids(pool) if victim == "child" else (pool._zygote._process.pid,))
        assert await running == 300, victim


async def test_a_step_whose_children_are_killed_again_and_again_fails_and_says_so(pool: SandboxPool) -> None:
    running = asyncio.create_task(run(pool, LOOP))
    for _ in range(MAX_KILLED):
        await until(lambda: pool.stats()["busy"] == 1 and any(alive(pid) for pid in pids(pool)))
        (victim,) = pids(pool)
        kill(victim)
        await gone(victim)
    with pytest.raises(ProcessKilled, match=r"^The process that ran the code was killed \(signal 9\); it was tried 3 times$"):
        await running
    assert pool.stats()["restarts"] == MAX_KILLED
    assert await run(pool, ECHO, 1) == 1


async def test_who_held_too_much_memory_when_it_was_killed_is_not_tried_again(pool: SandboxPool) -> None:
    """As the kernel does it where a container is smaller than the limits."""
    grow = "$sandbox.define((exports) => { exports.code = () => { const a = new Uint8Array(50_000_000).fill(1); while (a) ; } })"
    running = asyncio.create_task(run(pool, grow))
    await until(lambda: any(worker.has_grown(45_000_000) for worker in pool._running))
    kill(*pids(pool))
    with pytest.raises(MemoryLimitExceeded):
        await running
    assert pool.stats()["restarts"] == 1


async def test_limits_of_one_request(pool: SandboxPool) -> None:
    body = "const a = []; while (mb--) a.push(new Array(131072).fill(0.5)); return 1"
    grow = f"$sandbox.define((exports) => {{ exports.code = (mb) => {{ {body} }} }})"
    with pytest.raises(MemoryLimitExceeded, match="more than 32 MB"):
        await run(pool, grow, 150)
    assert await run(pool, grow, 150, limits=Limits(memory_mb=256)) == 1


async def test_a_child_is_replaced_after_many_uses(pool: SandboxPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "MAX_USES", 3)
    seen: set[int] = set()
    for number in range(7):
        assert await run(pool, ECHO, number) == number
        seen |= pids(pool)
    assert len(seen) == 3


async def test_thousands_of_steps_in_one_child(pool: SandboxPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """V8 wrapper objects, if any were made, would crash the child some hundred contexts later."""
    monkeypatch.setattr(pool_module, "MAX_USES", 10_000)
    for number in range(2_000):
        assert await run(pool, ECHO, {"n": number}) == {"n": number}
    assert pool.stats() == {"children": 1, "busy": 0, "kills": 0, "restarts": 0}


async def test_idle_children_are_ended_down_to_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "SHRINK_INTERVAL", 0.05)
    monkeypatch.setattr(pool_module, "IDLE_SECONDS", 0.1)
    pool = SandboxPool(SMALL, size=3, warm=1)
    await pool.start()
    try:
        await asyncio.gather(*[run(pool, WAIT, 50) for _ in range(3)])
        assert pool.stats()["children"] == 3
        await until(lambda: pool.stats()["children"] == 1)
        assert await run(pool, ECHO, 1) == 1
    finally:
        await pool.close()


async def test_children_are_confined(pool: SandboxPool) -> None:
    (pid,) = pids(pool)
    status = dict(line.split(":\t", 1) for line in read(f"/proc/{pid}/status").splitlines() if ":\t" in line)
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Seccomp"].strip() == "2"
    assert status["Uid"].split()[0] != "0"
    assert int(status["CapEff"].strip(), 16) == 0
    limits = read(f"/proc/{pid}/limits")
    for name in ("Max open files", "Max processes", "Max file size", "Max core file size"):
        assert f"{name:<25} 0 " in limits, name


async def test_a_fresh_child_is_small(pool: SandboxPool) -> None:
    (pid,) = pids(pool)
    status = dict(line.split(":", 1) for line in read(f"/proc/{pid}/status").splitlines())
    kilobytes = int(status["RssAnon"].split()[0])  # not what is mapped of files, which depends on what the kernel has at hand
    assert 0 < kilobytes < 28 * 1024


async def test_closing_ends_every_child_and_whoever_waits() -> None:
    pool = SandboxPool(SMALL, size=1)
    running = asyncio.create_task(run(pool, LOOP))
    waiting = asyncio.create_task(run(pool, ECHO, 1))
    await asyncio.sleep(0.3)
    children = pids(pool)
    await pool.close()
    outcomes = await asyncio.gather(running, waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [SandboxUnavailable, SandboxUnavailable]
    assert not any(alive(pid) for pid in children)
    with pytest.raises(SandboxUnavailable, match="closed"):
        await run(pool, ECHO, 1)


async def test_children_die_with_the_server() -> None:
    """The server is killed in the middle of a loop, with no chance to clean up."""
    program = f"""
import asyncio
from piecework.sandbox.pool import MAX_KILLED, SandboxPool
from piecework.sandbox.protocol import encode
from piecework.sandbox.worker import Worker
async def main():
    pool = SandboxPool(size=1)
    await pool.start()
    print(pool._zygote._process.pid, *[worker.pid for worker in pool._workers], flush=True)
    await pool.run_code({LOOP!r}, None, language="JAVASCRIPT", group="a")
asyncio.run(main())
"""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(SOURCE)}
    )
    assert server.stdout is not None
    children = [int(pid) for pid in (await server.stdout.readline()).split()]
    assert len(children) == 2
    await asyncio.sleep(0.1)
    server.kill()
    await server.wait()
    for pid in children:
        await gone(pid)


async def test_without_v8_javascript_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("piecework.sandbox.launcher._v8_folder", list)
    pool = SandboxPool(SMALL)
    with pytest.raises(SandboxUnavailable, match=r"V8 .* does not load: .*_STPyV8"):
        await pool.start()
    await pool.close()


async def test_without_an_interpreter_everything_is_refused() -> None:
    pool = SandboxPool(SMALL, python="/nowhere/python")
    with pytest.raises(SandboxUnavailable, match="/nowhere/python does not start"):
        await pool.start()
    await pool.close()


async def test_a_child_that_speaks_unasked_is_ended(pool: SandboxPool) -> None:
    zygote: Zygote | None = pool._zygote
    assert zygote is not None
    (worker,) = pool._workers
    worker.data_received(b"\0\0\0\2\0\0\0\0{}")
    assert worker.ended is not None
    assert os.WTERMSIG((await worker.ended).status) == signal.SIGKILL
    assert await run(pool, ECHO, 1) == 1


async def test_an_answer_that_is_no_answer_is_an_error(pool: SandboxPool) -> None:
    with pytest.raises(CodeFailed):
        await run(pool, "$sandbox.define(() => {}); Object.prototype.ok = true; undefined")


async def test_a_child_that_cannot_be_confined_says_why(pool: SandboxPool) -> None:
    assert pool._zygote is not None
    worker = Worker(pool._zygote, 32, lambda _: None)
    worker.data_received(encode(b"[Errno 22] seccomp filters are not available"))
    with pytest.raises(SandboxUnavailable, match=r"Code steps cannot be confined here: .*seccomp filters are not available"):
        await worker.greeting()
