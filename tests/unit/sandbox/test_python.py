"""Python code steps. Where bubblewrap is missing or does not work each of them is refused, and these tests assert that."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.bubblewrap import bubblewrap_works
from tests.patience import PATIENCE_SECONDS

from piecework.sandbox import pool as pool_module
from piecework.sandbox.errors import CodeFailed, MemoryLimitExceeded, OutputTooLarge, SandboxError, SandboxUnavailable, TimeLimitExceeded
from piecework.sandbox.language import Language
from piecework.sandbox.outcome import CodeResult
from piecework.sandbox.pool import SandboxPool

WORKS = bubblewrap_works()


async def run(pool: SandboxPool, source: str, inputs: Any = None) -> CodeResult | SandboxError:
    try:
        return await pool.run_code(source, inputs, language=Language.PYTHON, group="project")
    except SandboxError as error:
        return error


def refused(outcome: CodeResult | SandboxError) -> bool:
    """Whether this machine has no bubblewrap, and the step was refused for it with a word on how to get it."""
    if WORKS:
        return False
    assert isinstance(outcome, SandboxUnavailable)
    assert "install it" in outcome.message
    return True


RESULTS: dict[str, tuple[str, Any]] = {
    "inputs": ("def code(inputs): return inputs", {"x": ["é", "😀", 1.5, None, True]}),
    "arithmetic": ("def code(inputs):\n    return inputs['x'][2] * 2", 3.0),
    "async": ("import asyncio\nasync def code(inputs):\n    await asyncio.sleep(0.01)\n    return 'done'", "done"),
    "nothing": ("def code(inputs): pass", None),
    "standard library": (
        "import re, json, datetime, decimal, hashlib\ndef code(i): return hashlib.sha256(b'').hexdigest()[:8]",
        "e3b0c442",
    ),
    "threads": (
        "import threading\ndef code(i):\n    t = threading.Thread(target=i['x'].append, args=[1])\n    t.start(); t.join()\n    return i['x'][-1]",
        1,
    ),
    "tmp": ("def code(i):\n    open('/tmp/f', 'w').write('x')\n    return open('/tmp/f').read()", "x"),
    "module level": ("N = 3\ndef helper(): return N\ndef code(i): return helper()", 3),
}


@pytest.mark.parametrize("name", RESULTS)
async def test_results(pool: SandboxPool, name: str) -> None:
    source, value = RESULTS[name]
    outcome = await run(pool, source, {"x": ["é", "😀", 1.5, None, True]})
    assert refused(outcome) or outcome == CodeResult(value, "")


async def test_printing_is_captured_and_cut(pool: SandboxPool) -> None:
    outcome = await run(pool, "import sys\ndef code(i):\n    print('a', 1)\n    print('b', file=sys.stderr)\n    return input is not None")
    assert refused(outcome) or outcome == CodeResult(True, "a 1\nb\n")
    outcome = await run(pool, "def code(i):\n    for n in range(10000): print('line', n)")
    if not refused(outcome):
        assert isinstance(outcome, CodeResult)
        assert len(outcome.stdout) < 1100
        assert outcome.stdout.endswith("[output cut]\n")


FAILURES: dict[str, tuple[str, type[SandboxError], str]] = {
    "no entry": ("def other(): pass", CodeFailed, "must define a function named code"),
    "syntax": ("def code(i:\n", CodeFailed, "never closed"),
    "package": ("import requests\ndef code(i): pass", CodeFailed, "No module named 'requests'"),
    "our packages": ("import orjson\ndef code(i): pass", CodeFailed, "No module named 'orjson'"),
    "not JSON": ("def code(i): return object()", CodeFailed, "cannot be expressed as JSON: Object of type object"),
    "not a number": ("def code(i): return float('nan')", CodeFailed, "cannot be expressed as JSON: Out of range float"),
    "circular": ("def code(i):\n    a = []; a.append(a)\n    return a", CodeFailed, "cannot be expressed as JSON: Circular"),
    "huge output": ("def code(i): return 'x' * 2_000_000", OutputTooLarge, "larger than 1000000 bytes"),
    "sys.exit": ("import sys\ndef code(i): sys.exit(3)", CodeFailed, "3"),
    "os._exit": ("import os\ndef code(i): os._exit(3)", CodeFailed, "ended its own process .exit code 3"),
    "recursion": ("def code(i): return code(i)", CodeFailed, "maximum recursion depth"),
    "endless loop": ("def code(i):\n    while True: pass", TimeLimitExceeded, "1 seconds of processor time"),
    "endless loop at import": ("while True: pass", TimeLimitExceeded, "1 seconds of processor time"),
    "stubborn loop": (
        "import signal\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n    except OSError: pass\n"
        "signal.setitimer(signal.ITIMER_PROF, 0)\ndef code(i):\n    while True: pass",
        TimeLimitExceeded,
        "processor time|more than 4 seconds",
    ),
    "sleep": ("import time\ndef code(i): time.sleep(100)", TimeLimitExceeded, "more than 4 seconds"),
    "endless print": ("def code(i):\n    while True: print('x' * 1000)", TimeLimitExceeded, "processor time"),
    "memory": ("def code(i): return len(bytearray(1 << 30))", MemoryLimitExceeded, "more than 32 MB"),
    "growing list": (
        "def code(i):\n    a = []\n    while True: a.append('x' * 100000 + str(len(a)))",
        MemoryLimitExceeded,
        "more than 32 MB",
    ),
    "fork bomb": ("import os\ndef code(i):\n    while True: os.fork()", CodeFailed, "Operation not permitted"),
    "subprocess": ("import subprocess\ndef code(i): subprocess.run(['/bin/true'])", CodeFailed, "Operation not permitted"),
    "network": ("import socket\ndef code(i): socket.create_connection(('1.1.1.1', 53), 1)", CodeFailed, "unreachable"),
    "server's loopback": ("import socket\ndef code(i): socket.create_connection(('127.0.0.1', 22), 1)", CodeFailed, "refused|unreachable"),
    "users": ("def code(i): return open('/etc/passwd').read()", CodeFailed, "No such file or directory: '/etc/passwd'"),
    "processes": ("import os\ndef code(i): return os.listdir('/proc')", CodeFailed, "No such file or directory: '/proc'"),
    "writing": ("def code(i): open('/usr/planted', 'w')", CodeFailed, "Read-only file system|Permission denied"),
    "writing the root": ("def code(i): open('/planted', 'w')", CodeFailed, "Read-only file system|Permission denied"),
    "filling /tmp": ("def code(i):\n    f = open('/tmp/f', 'wb')\n    while True: f.write(b'x' * 65536)", CodeFailed, "No space left"),
    "killing everybody": ("import os, signal\ndef code(i): os.kill(-1, signal.SIGKILL)", CodeFailed, "No such process"),
    "becoming root": ("import os\ndef code(i): os.setuid(0)", CodeFailed, "Operation not permitted|Invalid argument"),
    "namespaces": (
        "import ctypes, os\ndef code(i):\n    libc = ctypes.CDLL(None, use_errno=True)\n"
        "    if libc.unshare(0x10000000): raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))",
        CodeFailed,
        "Operation not permitted",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_what_fails_is_contained_and_named(pool: SandboxPool, name: str) -> None:
    source, error, message = FAILURES[name]
    outcome = await run(pool, source)
    if not refused(outcome):
        with pytest.raises(error, match=message):
            raise outcome if isinstance(outcome, SandboxError) else AssertionError(outcome)
        assert await run(pool, "def code(i): return 1") == CodeResult(1, "")


async def test_killing_the_parent_reaches_nobody(pool: SandboxPool) -> None:
    outcome = await run(pool, "import os, signal\ndef code(i):\n    os.kill(os.getppid(), signal.SIGKILL)\n    return 'still here'")
    assert refused(outcome) or outcome == CodeResult("still here", "")


async def test_an_error_gives_the_traceback_of_the_step(pool: SandboxPool) -> None:
    outcome = await run(pool, "def inner():\n    raise ValueError('bad')\n\ndef code(inputs):\n    print('before')\n    inner()\n")
    if not refused(outcome):
        assert isinstance(outcome, CodeFailed)
        assert (outcome.name, outcome.message, outcome.stdout) == ("ValueError", "bad", "before\n")
        assert outcome.stack.splitlines() == [
            "Traceback (most recent call last):",
            '  File "step.py", line 6, in code',
            "    inner()",
            '  File "step.py", line 2, in inner',
            "    raise ValueError('bad')",
            "ValueError: bad",
        ]


async def test_the_server_s_environment_stays_outside(pool: SandboxPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AP_ENCRYPTION_KEY", "secret")
    outcome = await run(
        pool, "import os\ndef code(i): return [dict(os.environ), os.getuid(), os.getpid() < 5, os.uname().nodename, os.getcwd()]"
    )
    if not refused(outcome):
        assert isinstance(outcome, CodeResult)
        assert outcome.value == [{"LANG": "C.UTF-8", "HOME": "/tmp", "TZ": "UTC", "PWD": "/"}, 65534, True, "sandbox", "/"]


async def test_nothing_stays_for_the_next_step(pool: SandboxPool) -> None:
    await run(pool, "import builtins, json\ndef code(i):\n    builtins.left = 1; json.dumps = None\n    open('/tmp/left', 'w').close()")
    outcome = await run(pool, "import builtins, os\ndef code(i): return [hasattr(builtins, 'left'), os.listdir('/tmp')]")
    assert refused(outcome) or outcome == CodeResult([False, []], "")


@pytest.mark.parametrize("forged", [b"\0\0\0\2\0\0\0\0[]", b"\0\0\0\4\0\0\0\1nonsx", b"\0\0\0\2\0\0\0\1{}x", b"\xff" * 64])
async def test_an_answer_that_the_step_forges_is_its_own(pool: SandboxPool, forged: bytes) -> None:
    """The step can find the connection; what it writes there is the answer to this step only, or an error."""
    write = f"    for fd in range(3, 20):\n        try: os.write(fd, {forged!r})\n        except OSError: pass\n"
    source = f"import os\ndef code(i):\n{write}    while True: pass"
    outcome = await run(pool, source)
    assert refused(outcome) or isinstance(outcome, CodeFailed | OutputTooLarge)
    assert refused(outcome) or await run(pool, "def code(i): return 1") == CodeResult(1, "")


async def test_no_process_is_left(pool: SandboxPool) -> None:
    """Neither at the limit of wall time, when bubblewrap is killed from outside, nor of the spare that is starting when the pool closes."""
    outcome = await run(pool, "import time\ndef code(i): time.sleep(100)")
    assert refused(outcome) or isinstance(outcome, TimeLimitExceeded)
    await run(pool, "def code(i): return 1")
    assert pool._zygote is not None
    session = pool._zygote._process.pid
    assert refused(outcome) or set(processes_of_session(session)) > {session}
    await pool.close()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := set(processes_of_session(session)):
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.02)


ENDLESS_POOL = """
import asyncio
from piecework.sandbox.pool import SandboxPool
async def main():
    pool = SandboxPool(size=2)
    await pool.start()
    print(pool._zygote._process.pid, flush=True)
    while True:
        await pool.run_code("def code(i): return 1", None, language="PYTHON", group="a")
asyncio.run(main())
"""


async def test_no_process_is_left_when_the_server_is_killed_at_any_moment() -> None:
    """Found by the fault tests: bubblewrap's own child, if it was half made, waited for ever."""
    environment = {**os.environ, "PYTHONPATH": str(Path(pool_module.__file__).parents[2])}
    sessions: list[int] = []
    for delay in range(16):
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ENDLESS_POOL, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert server.stdout is not None
        sessions.append(int(await server.stdout.readline()))
        await asyncio.sleep(delay / 100)
        server.kill()
        await server.wait()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while any(set(processes_of_session(session)) for session in sessions):
            await asyncio.sleep(0.02)


async def test_a_step_whose_process_is_killed_is_run_again(pool: SandboxPool) -> None:
    """Whichever of its processes it is: bubblewrap, its first process inside, or Python."""
    outcome = await run(pool, "def code(i): return 1")
    for depth in (0, 1, 2) if not refused(outcome) else ():
        running = asyncio.create_task(run(pool, "import time\ndef code(i):\n    time.sleep(0.5)\n    return 'done'"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not pool._running:
                await asyncio.sleep(0.01)
        (worker,) = pool._running
        os.kill(descendant(worker.pid, depth), signal.SIGKILL)
        assert await running == CodeResult("done", ""), depth
    assert refused(outcome) or pool.stats()["restarts"] == 3


def descendant(pid: int, depth: int) -> int:
    for _ in range(depth):
        (pid,) = (int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return pid


def processes_of_session(session: int) -> Iterator[int]:
    """The fork server and its descendants as far as they did not open a session of their own."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            yield int(folder.name)


async def test_without_bubblewrap_python_is_refused_and_javascript_works(pool: SandboxPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    outcome = await run(pool, "def code(i): return 1")
    assert isinstance(outcome, SandboxUnavailable)
    assert outcome.message.startswith("Python code steps need bubblewrap")
    assert "apt-get install bubblewrap" in outcome.message
    assert (await pool.evaluate(["1 + 1"], {}, group="project"))[0].value == 2


async def test_a_bubblewrap_that_does_not_work_is_quoted(pool: SandboxPool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    outcome = await run(pool, "def code(i): return 1")
    assert isinstance(outcome, SandboxUnavailable)
    assert "It does not start here: bwrap: No permissions to create a new namespace" in outcome.message
