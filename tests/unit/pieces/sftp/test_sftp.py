"""Against real servers: asyncssh's for SFTP, pyftpdlib's for FTP and FTPS."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from tests.unit.pieces.servers import free_port, listens, make_certificate, running

from piecework.pieces.sftp import piece
from piecework.sdk import AuthCheck, CustomAuthValue, LoadedFile, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, FakeTriggerContext, MemoryFiles, MemoryStore, ScriptedHttp, run_action

LOCAL = "https://files.test/given"


class Login(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("tester", "s3cret")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    make_certificate(path.with_suffix(".crt"), path, "localhost")
    return path


@pytest.fixture
async def sftp(tmp_path: Path) -> AsyncIterator[CustomAuthValue]:
    def files(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(tmp_path).encode())

    host_key = asyncssh.generate_private_key("ssh-ed25519")
    known = asyncssh.import_authorized_keys(KEY.export_public_key().decode())
    server = await asyncssh.create_server(
        Login, "127.0.0.1", 0, server_host_keys=[host_key], authorized_client_keys=known, sftp_factory=files
    )
    yield login(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


KEY = asyncssh.generate_private_key("ssh-ed25519")


def login(port: int, **changes: Any) -> CustomAuthValue:
    return CustomAuthValue({"host": "127.0.0.1", "port": port, "username": "tester", "password": "s3cret"} | changes)


@contextmanager
def ftp_server(folder: Path, log: Path, *options: str) -> Iterator[int]:
    """A server that tells its clients to connect to 10.99.99.99 for data."""
    port = free_port()
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "pyftpdlib",
        "-i",
        "127.0.0.1",
        "-p",
        str(port),
        "-n",
        "10.99.99.99",
        "-w",
        "-d",
        str(folder),
    ]
    with running([*command, *options], lambda: listens(port), log):
        yield port


USER = ("-u", "tester", "-P", "s3cret")


@pytest.fixture
def ftp(tmp_path: Path, logs: Path) -> Iterator[CustomAuthValue]:
    with ftp_server(tmp_path, logs / "ftp.log", *USER) as port:
        yield login(port, protocol="ftp")


@pytest.fixture
def ftps(tmp_path: Path, logs: Path, certificate: Path) -> Iterator[CustomAuthValue]:
    tls = ("--tls", "--keyfile", str(certificate), "--certfile", str(certificate.with_suffix(".crt")))
    with ftp_server(tmp_path, logs / "ftps.log", *USER, *tls) as port:
        yield login(port, protocol="ftps", allow_unauthorized_certificates=True)


@pytest.fixture
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(params=["sftp", "ftp", "ftps"])
def remote(request: pytest.FixtureRequest) -> CustomAuthValue:
    return request.getfixturevalue(request.param)


async def run(auth: CustomAuthValue, action: str, files: MemoryFiles | None = None, **given: Any) -> Any:
    return await run_action(piece, action, given, FakeContext(auth=auth, files=files or MemoryFiles()))


async def test_files_go_there_and_back(remote: CustomAuthValue, tmp_path: Path) -> None:
    done = {"status": "success"}
    assert await run(remote, "create_file", fileName="a/b/Ünsal 1.txt", fileContent="Hällo\n") == done
    assert (tmp_path / "a/b/Ünsal 1.txt").read_text() == "Hällo\n"
    data = bytes(range(256)) * 4000
    files = MemoryFiles({LOCAL: LoadedFile("x.bin", data, "bin")})
    assert await run(remote, "upload_file", files, fileName="a/x.bin", fileContent=LOCAL) == done
    output = await run(remote, "read_file_content", files, filePath="a/x.bin")
    assert files.known[output["file"]] == LoadedFile("x.bin", data, "bin")
    assert await run(remote, "renameFileOrFolder", oldPath="a/x.bin", newPath="a/y.bin") == done
    listed = await run(remote, "listFolderContents", directoryPath="a")
    assert listed["status"] == "success"
    found = {entry["name"]: entry for entry in listed["contents"]}
    assert {name: entry["type"] for name, entry in found.items()} == {"b": "d", "y.bin": "-"}
    assert found["y.bin"]["size"] == len(data)
    assert found["y.bin"]["modifyTime"]
    assert await run(remote, "deleteFile", filePath="a/y.bin") == done
    assert not (tmp_path / "a/y.bin").exists()


async def test_folders(remote: CustomAuthValue, tmp_path: Path) -> None:
    await run(remote, "createFolder", folderPath="one")
    await run(remote, "createFolder", folderPath="one/two/three", recursive=True)
    await run(remote, "createFolder", folderPath="one/two", recursive=True)
    assert (tmp_path / "one/two/three").is_dir()
    with pytest.raises(PieceError, match="says"):
        await run(remote, "deleteFolder", folderPath="one")
    await run(remote, "deleteFolder", folderPath="one", recursive=True)
    assert not (tmp_path / "one").exists()


async def test_what_is_refused(remote: CustomAuthValue, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 1001)
    with pytest.raises(PieceError, match="1000 bytes"):
        await run(remote, "read_file_content", MemoryFiles(max_bytes=1000), filePath="large")
    with pytest.raises(PieceError, match="says"):
        await run(remote, "read_file_content", filePath="missing")
    with pytest.raises(PieceError, match="not a path"):
        await run(remote, "deleteFile", filePath="large\r\nDELE other")


async def test_each_new_and_each_changed_file_starts_a_run(remote: CustomAuthValue, tmp_path: Path) -> None:
    trigger, store = piece.triggers["new_file"], MemoryStore()
    props = trigger.process({"path": "./", "ignoreHiddenFiles": True}, {})

    async def poll() -> list[tuple[str, int]]:
        found = await trigger.outputs(FakeTriggerContext(auth=remote, store=store), props)
        return sorted((file["path"], file["size"]) for file in found)

    (tmp_path / "old").write_text("old")
    (tmp_path / "folder").mkdir()
    await trigger.on_enable(FakeTriggerContext(auth=remote, store=store), props)
    assert await poll() == []
    for name in ("a", "b", ".hidden"):
        (tmp_path / name).write_text(name)
    assert await poll() == [("./a", 1), ("./b", 1)]
    (tmp_path / "c").write_text("c")
    (tmp_path / "old").write_text("older")
    assert await poll() == [("./c", 1), ("./old", 5)]
    assert await poll() == []


async def tried(auth: CustomAuthValue, **changes: Any) -> str | None:
    return await piece.auths[0].check(AuthCheck(CustomAuthValue({**auth.props, **changes}), ScriptedHttp(), TEST_SERVER))


async def test_connections_are_tried(remote: CustomAuthValue) -> None:
    assert await tried(remote) is None
    assert await tried(remote, password="")
    assert "protocol: " in (await tried(remote, protocol="gopher") or "")


async def test_a_wrong_password(ftp: CustomAuthValue, sftp: CustomAuthValue) -> None:
    found = await asyncio.gather(tried(ftp, password="wr0ng"), tried(sftp, password="wr0ng"))
    assert ["Cannot log in" in (text or "") for text in found] == [True, True]


async def test_keys_of_ssh(sftp: CustomAuthValue) -> None:
    locked = KEY.export_private_key(passphrase="open", rounds=1, ignore_few_rounds=True).decode()
    assert await tried(sftp, privateKey=KEY.export_private_key().decode(), password="") is None
    assert await tried(sftp, privateKey=locked, password="open") is None
    assert "privateKey: " in (await tried(sftp, privateKey=locked, password="wr0ng") or "")
    assert "Cannot log in" in (await tried(sftp, hostKey=KEY.export_public_key().decode()) or "")
    assert "Cannot log in" in (await tried(sftp, algorithm=["ssh-rsa"]) or "")


async def test_certificates_of_ftps(ftps: CustomAuthValue) -> None:
    assert "certificate" in (await tried(ftps, allow_unauthorized_certificates=False) or "")


async def test_ftps_never_goes_on_in_the_clear(ftp: CustomAuthValue) -> None:
    assert "Cannot log in" in (await tried(ftp, protocol="ftps") or "")


async def test_anonymous(tmp_path: Path, logs: Path) -> None:
    with ftp_server(tmp_path, logs / "log") as port:
        assert await tried(login(port, protocol="ftp"), username="", password="", allow_anonymous_login=True) is None


async def test_a_silent_server_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    from piecework.pieces.sftp import over_ftp

    monkeypatch.setattr(over_ftp, "SECONDS", 0.2)

    left = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        left.set()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        assert "no answer in time" in (await tried(login(server.sockets[0].getsockname()[1], protocol="ftp")) or "")
        await left.wait()
