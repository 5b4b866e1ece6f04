"""Uploaded archives: kept while they may be needed, and tried again when what they depend on was out of reach."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from tests.npm_packages import Registry, archives, registry

from piecework.runner.catalogue import Catalogue
from piecework.runner.npm import NpmRuntime
from piecework.sandbox.npm.folders import PieceFolders
from piecework.sandbox.npm.host import NpmHost
from piecework.sandbox.npm.install import Installer
from piecework.server.kernel.db import Database, new_entity, rows_of
from piecework.server.kernel.errors import ApError
from piecework.server.kernel.tokens import TokenSigner
from piecework.server.modules import load_all_tables
from piecework.server.modules.files.models import file
from piecework.server.modules.files.service import FileService
from piecework.server.modules.piece_installs.schemas import AddPiece
from piecework.server.modules.piece_installs.service import PieceInstallService
from piecework.server.modules.pieces.service import identity

NAME, VERSION = "@local/piece-pinned", "0.4.1"
PINNED = f"{NAME}@{VERSION}"


class Installs:
    """The service and what it stands on."""

    def __init__(self, database: Database, root: Path, platform_id: str) -> None:
        self.database = database
        self.platform_id = platform_id
        self.folders = PieceFolders(root)
        self.folders.prepare()
        self.host = NpmHost(self.folders.root)
        self.catalogue = Catalogue([])
        files = FileService(database, TokenSigner("s" * 32), "https://piecework.test", timedelta(days=1))
        installer = Installer(self.folders, self.host)
        self.service = PieceInstallService(installer, self.folders, self.catalogue, NpmRuntime(self.host), files)

    async def upload(self, data: bytes) -> None:
        await self.service.install(AddPiece(packageType="ARCHIVE", pieceName=NAME, pieceVersion=VERSION), data, self.platform_id)

    async def archives(self) -> int:
        """How many archives are kept."""
        async with self.database.read() as connection:
            return len(rows_of(await connection.execute(select(file.c.id).where(file.c.type == "PACKAGE_ARCHIVE"))))

    def make_due(self) -> None:
        """Whatever has failed has failed long ago."""
        for failure in self.folders.failures():
            long_ago = datetime.now(UTC) - timedelta(days=2)
            fields: dict[str, Any] = {name: getattr(failure, name) for name in failure.__slots__}
            self.folders.fail(type(failure)(**fields | {"failed_at": long_ago.isoformat()}))


@pytest.fixture
def npm_registry() -> Iterator[Registry]:
    with registry() as server:
        yield server


@pytest.fixture
async def installs(tmp_path: Path, npm_registry: Registry) -> AsyncIterator[Installs]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    tables = load_all_tables()
    platform = new_entity(ownerId="u", name="P", primaryColor="", logoIconUrl="", fullLogoUrl="", favIconUrl="")
    lists = {"filteredPieceNames": [], "allowedAuthDomains": [], "pinnedPieces": [], "filteredPieceBehavior": "BLOCKED"}
    flags = {"cloudAuthEnabled": False, "emailAuthEnabled": True, "enforceAllowedAuthDomains": False}
    async with database.transaction() as connection:
        await connection.run_sync(tables.create_all)
        await connection.execute(insert(tables.tables["platform"]).values(platform | lists | flags))
    installs = Installs(database, tmp_path / "pieces", platform["id"])
    yield installs
    await installs.host.close()
    await database.close()


async def test_an_archive_is_tried_again_until_its_dependencies_are_there(installs: Installs, npm_registry: Registry) -> None:
    npm_registry.broken.add("@local/framework@0.3.0")
    for _ in range(2):
        with pytest.raises(ApError):
            await installs.upload(archives()[PINNED])
        assert await installs.archives() == 1  # the newer upload took the older one's place
    await installs.service.retry_due()
    assert installs.catalogue.get(NAME, VERSION) is None  # it was not due yet
    installs.make_due()
    await installs.service.retry_due()
    (failed,) = installs.service.installations()["failed"]
    assert failed["attempts"] == 3
    npm_registry.broken.clear()
    installs.make_due()
    await installs.service.retry_due()
    piece = installs.catalogue.get(NAME, VERSION)
    assert piece is not None
    assert installs.service.installations()["failed"] == []
    assert installs.service.installations()["installed"][0]["archiveId"] is not None
    await installs.service.uninstall(identity(piece)["id"])
    assert await installs.archives() == 0


async def test_an_archive_that_is_none_is_not_kept(installs: Installs) -> None:
    with pytest.raises(ApError, match="cannot be unpacked"):
        await installs.upload(b"nonsense")
    assert await installs.archives() == 0
    installs.make_due()
    await installs.service.retry_due()
    assert installs.service.installations()["failed"][0]["attempts"] == 1
