"""Installing, with the real npm against a registry that the tests run."""

import asyncio
import io
import tarfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from tests import npm_packages
from tests.npm_packages import Registry, archives

from piecework.sandbox.npm import archive
from piecework.sandbox.npm.errors import InstallFailed
from piecework.sandbox.npm.folders import PieceFolders
from piecework.sandbox.npm.host import NpmHost
from piecework.sandbox.npm.install import Installer
from piecework.sandbox.npm.npm import NpmClient

MODERN, PINNED = ("@local/piece-modern", "1.2.0"), ("@local/piece-pinned", "0.4.1")


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    with npm_packages.registry() as server:
        monkeypatch.setenv("AP_ENCRYPTION_KEY", "planted")
        yield server


@pytest.fixture
def folders(tmp_path: Path) -> PieceFolders:
    folders = PieceFolders(tmp_path / "pieces")
    folders.prepare()
    return folders


@pytest.fixture
async def host(folders: PieceFolders) -> AsyncIterator[NpmHost]:
    host = NpmHost(folders.root)
    yield host
    await host.close()


@pytest.fixture
def installer(folders: PieceFolders, host: NpmHost) -> Installer:
    return Installer(folders, host)


def test_npm_gets_no_secret_of_the_server(registry: Registry, tmp_path: Path) -> None:
    environment = NpmClient(tmp_path)._environment()
    assert "AP_ENCRYPTION_KEY" not in environment
    assert environment["npm_config_registry"] == registry.url


async def test_from_the_registry(registry: Registry, installer: Installer, folders: PieceFolders) -> None:
    several = await asyncio.gather(*(installer.install(*MODERN) for _ in range(3)))
    assert several[0] is several[1] is several[2]
    assert registry.asked == ["@local/piece-modern@1.2.0"]
    installed = several[0]
    assert (installed.head["displayName"], installed.head["contextInfo"], installed.package_type) == (
        "Modern",
        {"version": "2"},
        "REGISTRY",
    )
    assert folders.installed(*MODERN) == installed == folders.all()[0]
    assert await installer.install(*MODERN) == installed
    assert len(registry.asked) == 1
    described = folders.description(*MODERN)
    assert installed.actions == len(described["metadata"]["actions"])
    assert described["traits"]["hooks"]["polls"] == ["onEnable", "onDisable", "run", "test"]
    assert described["traits"]["hooks"]["begins"] == ["onStart", "run"]  # its other hooks do nothing
    assert (described["traits"]["contextVersion"], described["traits"]["validates"], described["traits"]["events"]) == ("2", True, True)
    assert "auth" not in described["metadata"]["actions"]["chooses"]["props"]["color"]


async def test_dependencies_come_without_their_scripts(registry: Registry, installer: Installer, folders: PieceFolders) -> None:
    installed = await installer.install(*PINNED)
    assert (installed.actions, installed.head.get("contextInfo")) == (3, None)
    dependency = folders.folder(*PINNED) / "package" / "node_modules" / "@local" / "framework"
    assert (dependency / "index.js").is_file()
    assert not (dependency / "ran-a-script").exists()


async def test_an_archive_that_is_not_the_promised_one(registry: Registry, installer: Installer, folders: PieceFolders) -> None:
    registry.broken.add("@local/piece-modern@1.2.0")
    with pytest.raises(InstallFailed) as caught:
        await installer.install(*MODERN)
    assert "EINTEGRITY" in str(caught.value) or "sha512" in str(caught.value)
    assert registry.url not in str(caught.value)
    assert folders.installed(*MODERN) is None
    assert not folders.folder(*MODERN).exists()


async def test_a_version_without_a_sha512(registry: Registry, installer: Installer) -> None:
    registry.without_sha512.add("@local/piece-modern@1.2.0")
    with pytest.raises(InstallFailed, match="names no sha512"):
        await installer.install(*MODERN)


def test_the_sha512_is_checked_here_too() -> None:
    archive.check_integrity(
        b"a", "sha1-x sha512-H0D8ktokFpR1CXnubPWC8tXX0o4YM13gWrxU0FYOD1MChgxlK/CNVgJSql50IQVG82n7u86MEs/HlXsmUv6adQ==?a"
    )
    with pytest.raises(InstallFailed, match="sha512 is another"):
        archive.check_integrity(b"a", "sha512-AAAA")


async def test_failures_are_written_down_and_not_kept_for_ever(registry: Registry, installer: Installer, folders: PieceFolders) -> None:
    registry.broken.add("@local/piece-modern@1.2.0")
    for attempts in (1, 2):
        with pytest.raises(InstallFailed):
            await installer.install(*MODERN)
        failure = folders.failure(*MODERN)
        assert failure is not None
        assert (failure.attempts, failure.package_type) == (attempts, "REGISTRY")
    now = datetime.now(UTC)
    assert installer.due(now + timedelta(minutes=9)) == []
    assert installer.due(now + timedelta(minutes=11)) == [failure]
    folders.fail(replace(failure, attempts=1000))
    assert installer.due(now + timedelta(hours=23)) == []
    assert len(installer.due(now + timedelta(hours=25))) == 1
    registry.broken.clear()
    await installer.install(*MODERN)
    assert list(folders.failures()) == []


async def test_what_the_registry_does_not_have(registry: Registry, installer: Installer, folders: PieceFolders) -> None:
    for name, version, message in (
        ("@local/piece-modern", "9.9.9", "9.9.9|E404"),
        ("@local/nothing", "1.0.0", "E404"),
        ("@local/piece-modern", "^1.0.0", "not an exact version"),
        ("../../etc", "1.0.0", "not the name of a package"),
        ("-rf", "1.0.0", "E404|not the name"),
    ):
        with pytest.raises(InstallFailed, match=message) as caught:
            await installer.install(name, version)
        assert registry.url not in str(caught.value)
        assert str(folders.root) not in str(caught.value)


async def test_a_beginning_that_nobody_finished(registry: Registry, installer: Installer, folders: PieceFolders) -> None:
    folder = folders.folder(*MODERN)
    (folder / "package").mkdir(parents=True)
    (folder / "package" / "package.json").write_text("{")
    (folder / "piece.json").write_text("{}")
    assert folders.installed(*MODERN) is None
    await installer.install(*MODERN)
    (folder / "ready").write_text("{")
    assert folders.installed(*MODERN) is None


async def test_two_versions_lie_side_by_side_and_one_goes(installer: Installer, folders: PieceFolders, host: NpmHost) -> None:
    await installer.install_archive(*MODERN, archives()["@local/piece-modern@1.2.0"], "archive1")
    newer = _changed(archives()["@local/piece-modern@1.2.0"], version="1.3.0")
    installed = await installer.install_archive("@local/piece-modern", "1.3.0", newer)
    assert (installed.package_type, installed.version) == ("ARCHIVE", "1.3.0")
    assert {piece.version: piece.archive_id for piece in folders.all()} == {"1.2.0": "archive1", "1.3.0": None}
    with pytest.raises(InstallFailed, match="installed already"):
        await installer.install_archive(*MODERN, archives()["@local/piece-modern@1.2.0"])
    await installer.remove(*MODERN)
    assert [piece.version for piece in folders.all()] == ["1.3.0"]
    assert host.state().threads == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "cannot be unpacked"),
        (b"not a tar", "cannot be unpacked"),
        (archives()["@local/piece-early@0.2.0"], "holds @local/piece-early@0.2.0, not @local/piece-modern@1.2.0"),
        (archives()["@local/piece-modern@1.2.0"][:2000], "cannot be unpacked"),
    ],
)
async def test_archives_that_are_none(installer: Installer, folders: PieceFolders, data: bytes, message: str) -> None:
    with pytest.raises(InstallFailed, match=message):
        await installer.install_archive(*MODERN, data)
    assert folders.installed(*MODERN) is None
    assert installer.due(datetime.now(UTC) + timedelta(days=2)) == []  # nobody has the archive any more


async def test_an_archive_whose_dependencies_were_out_of_reach_is_due_again(
    registry: Registry, installer: Installer, folders: PieceFolders
) -> None:
    """Unlike one that is itself to blame, which stays as it is however often it is tried."""
    registry.broken.add("@local/framework@0.3.0")
    with pytest.raises(InstallFailed) as caught:
        await installer.install_archive(*PINNED, archives()["@local/piece-pinned@0.4.1"], "archive1")
    assert not caught.value.final
    (failure,) = installer.due(datetime.now(UTC) + timedelta(minutes=6))
    assert (failure.name, failure.archive_id) == (PINNED[0], "archive1")
    with pytest.raises(InstallFailed) as caught:
        await installer.install_archive(*PINNED, b"no archive", "archive2")
    assert caught.value.final
    assert installer.due(datetime.now(UTC) + timedelta(days=2)) == []


def test_archives_that_attack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def packed(*members: tarfile.TarInfo) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            for member in members:
                tar.addfile(member, io.BytesIO(bytes(member.size)))
        return buffer.getvalue()

    def file(name: str, size: int = 1, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
        member = tarfile.TarInfo(name)
        member.size, member.type, member.linkname = size, kind, target
        return member

    with pytest.raises(InstallFailed):
        archive.unpack(packed(file("package/../../evil")), tmp_path / "a")
    with pytest.raises(InstallFailed):
        archive.unpack(packed(file("package//abs/../../../evil")), tmp_path / "b")
    archive.unpack(
        packed(file("package/link", 0, tarfile.SYMTYPE, "/etc/passwd"), file("package/hard", 0, tarfile.LNKTYPE, "/etc/passwd")),
        tmp_path / "c",
    )
    assert list((tmp_path / "c").iterdir()) == []
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 10)
    with pytest.raises(InstallFailed, match="more than 10 bytes"):
        archive.unpack(packed(file("package/a", 6), file("package/b", 6)), tmp_path / "d")
    assert not (tmp_path / "evil").exists()


def _changed(data: bytes, **fields: str) -> bytes:
    """The archive with other fields in its package.json."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as source, tarfile.open(fileobj=buffer, mode="w:gz") as target:
        for member in source:
            contents = source.extractfile(member)
            assert contents is not None
            text = contents.read()
            if member.name == "package/package.json":
                text = orjson.dumps(orjson.loads(text) | fields)
            member.size = len(text)
            target.addfile(member, io.BytesIO(text))
    return buffer.getvalue()
