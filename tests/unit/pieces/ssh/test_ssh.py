"""Against a real SSH server (asyncssh's) that runs the commands in a shell."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncssh
import pytest

from piecework.pieces.ssh import piece
from piecework.sdk import AuthCheck, CustomAuthValue, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, ScriptedHttp, run_action


@dataclass
class Machine:
    port: int
    host_key: asyncssh.SSHKey
    user_key: asyncssh.SSHKey


class Login(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("tester", "s3cret")


RUNNING: set["asyncio.Task[object]"] = set()
"""Commands that must have ended before the loop of their test is closed."""


async def shell(process: "asyncssh.SSHServerProcess[str]") -> None:
    task = asyncio.current_task()
    assert task is not None
    RUNNING.add(task)
    child = await asyncio.create_subprocess_shell(
        process.command or "",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    ended = asyncio.create_task(child.communicate())
    hung_up = asyncio.create_task(process.channel.wait_closed())
    await asyncio.wait({ended, hung_up}, return_when=asyncio.FIRST_COMPLETED)
    if not ended.done():
        os.killpg(child.pid, signal.SIGKILL)
    out, err = await ended
    if hung_up.done():
        return
    hung_up.cancel()
    process.stdout.write(out.decode())
    process.stderr.write(err.decode())
    process.exit(child.returncode or 0)


@pytest.fixture
async def machine() -> AsyncIterator[Machine]:
    host_key, user_key = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    known = asyncssh.import_authorized_keys(user_key.export_public_key().decode())
    server = await asyncssh.create_server(
        Login, "127.0.0.1", 0, server_host_keys=[host_key], authorized_client_keys=known, process_factory=shell
    )
    yield Machine(server.sockets[0].getsockname()[1], host_key, user_key)
    server.close()
    await server.wait_closed()
    await asyncio.gather(*RUNNING, return_exceptions=True)
    RUNNING.clear()


def auth(machine: Machine, **changes: Any) -> CustomAuthValue:
    given = {"host": "127.0.0.1", "port": machine.port, "method": "password", "username": "tester", "password": "s3cret"}
    return CustomAuthValue(given | changes)


async def run(machine: Machine, commands: str, **given: Any) -> Any:
    return await run_action(piece, "run-commands", {"commands": commands, **given}, FakeContext(auth=auth(machine)))


async def test_commands_in_sequence_end_with_the_first_that_fails(machine: Machine) -> None:
    assert await run(machine, "echo one\n\necho Ünsal >&2") == [{"stdout": "one", "stderr": "Ünsal", "code": 0}]
    assert await run(machine, "echo one\nexit 3\necho two") == [{"stdout": "one", "stderr": "", "code": 3}]


async def test_commands_at_once(machine: Machine) -> None:
    found = await run(machine, "echo one\nexit 3\necho two", executionMode="Parallel")
    assert [(entry["stdout"], entry["code"]) for entry in found] == [("one", 0), ("", 3), ("two", 0)]


async def test_a_command_ends_at_its_time_limit(machine: Machine) -> None:
    with pytest.raises(PieceError, match="timeout_seconds: "):
        await run(machine, "sleep 60", timeout_seconds=1)


async def test_connections_are_tried(machine: Machine) -> None:
    async def tried(**changes: Any) -> str | None:
        return await piece.auths[0].check(AuthCheck(auth(machine, **changes), ScriptedHttp(), TEST_SERVER))

    assert await tried() is None
    assert await tried(method="private-key", password=machine.user_key.export_private_key().decode()) is None
    assert "Cannot log in" in (await tried(password="wr0ng") or "")
    assert "password: not a private key" in (await tried(method="private-key", password="wr0ng") or "")
    assert await tried(hostKey=machine.host_key.export_public_key().decode()) is None
    assert "Cannot log in" in (await tried(hostKey=machine.user_key.export_public_key().decode()) or "")
    assert "hostKey: " in (await tried(hostKey="nonsense") or "")
