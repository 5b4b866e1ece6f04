"""The fork server (inside): V8 is loaded once, and a child that runs untrusted code is a fork of this process, which itself never runs any.

A fork with its own isolate is ready in about 5 ms and shares 25 MB with its siblings; a fresh interpreter would take 80 ms. This process is
also the only parent: a dead child stays unreaped until the pool has asked for its status, so that a pid never means another process.

Control messages are JSON datagrams on a SOCK_SEQPACKET pair, answered in order; ``fork`` and ``exec`` carry the child's socket:
    {op: fork, memory_mb} | {op: exec, argv}  ->  {started: pid} or {error}
    {op: reap, pid}                           ->  {reaped: pid, status, peak}  status as of waitpid, peak memory in bytes
The first message out is {ready: true, v8: null | why there is none}.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
from typing import Any

from piecework.sandbox import confinement

MAX_MESSAGE_BYTES = 128 * 1024


def main(control_fd: int, server_pid: int) -> None:
    confinement.die_with_parent(server_pid)
    control = socket.socket(fileno=control_fd)
    engine, problem = _load_engine()
    control.send(json.dumps({"ready": True, "v8": problem}).encode())
    gc.collect()
    gc.freeze()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MAX_MESSAGE_BYTES, 1)
        if not message:
            os._exit(0)
        answer = _answer(json.loads(message), descriptors, control, engine)
        control.send(json.dumps(answer).encode())


def _load_engine() -> tuple[Any, str | None]:
    try:
        from piecework.sandbox import child

        child.initialise_v8()
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
    return child, None


def _answer(message: dict[str, Any], descriptors: list[int], control: socket.socket, engine: Any) -> dict[str, Any]:
    if message["op"] == "reap":
        return _reap(message["pid"])
    zygote_pid = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(descriptors[0])
        return {"error": f"cannot fork: {error}"}
    if pid == 0:
        _become_child(message, descriptors[0], control, engine, zygote_pid)
    os.close(descriptors[0])
    return {"started": pid}


def _reap(pid: int) -> dict[str, Any]:
    try:
        _, status, usage = os.wait4(pid, 0)
    except ChildProcessError:
        return {"reaped": pid, "status": -1, "peak": 0}
    return {"reaped": pid, "status": status, "peak": usage.ru_maxrss * 1024}


def _become_child(message: dict[str, Any], descriptor: int, control: socket.socket, engine: Any, zygote_pid: int) -> None:
    """Never returns, whatever happens: a child must not come back into the fork server's loop."""
    try:
        control.close()
        if message["op"] == "exec":
            _exec(message["argv"], descriptor, zygote_pid)
        else:
            engine.serve(socket.socket(fileno=descriptor), message["memory_mb"], zygote_pid)
    finally:
        os._exit(1)


def _exec(argv: list[str], descriptor: int, zygote_pid: int) -> None:
    """Become ``argv`` (bubblewrap) with the child's socket as standard input and the system call filter for CPython on top."""
    confinement.die_with_parent(zygote_pid)
    os.dup2(descriptor, 0)
    program = confinement.python_filter(confinement.machine())
    if program is not None:
        seccomp = os.memfd_create("seccomp", 0)
        os.write(seccomp, program)
        os.lseek(seccomp, 0, os.SEEK_SET)
        argv = [argv[0], "--seccomp", str(seccomp), *argv[1:]]
    os.execv(argv[0], argv)  # noqa: S606  the pool's own command


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
