"""Files: what is saved is read, by whom it may."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import insert, select

from piecework.server.kernel.db import Database, new_entity, rows_of
from piecework.server.kernel.errors import ApError, ErrorCode
from piecework.server.kernel.tokens import TokenSigner
from piecework.server.modules import load_all_tables
from piecework.server.modules.files.endpoints import disposition
from piecework.server.modules.files.models import file
from piecework.server.modules.files.schemas import FileType
from piecework.server.modules.files.service import FileService

TOKENS = TokenSigner("s" * 32)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    tables = load_all_tables()
    async with database.transaction() as connection:
        await connection.run_sync(tables.create_all)
        platform = new_entity(ownerId="u", name="P", primaryColor="", logoIconUrl="", fullLogoUrl="", favIconUrl="")
        lists = {"filteredPieceNames": [], "allowedAuthDomains": [], "pinnedPieces": [], "filteredPieceBehavior": "BLOCKED"}
        flags = {"cloudAuthEnabled": False, "emailAuthEnabled": True, "enforceAllowedAuthDomains": False}
        await connection.execute(insert(tables.tables["platform"]).values(platform | lists | flags))
        values = {"ownerId": "u", "displayName": "p", "type": "TEAM", "platformId": platform["id"], "icon": {}, "releasesEnabled": False}
        for project_id in ("p1", "p2"):
            await connection.execute(insert(tables.tables["project"]).values(new_entity(**values) | {"id": project_id}))
    yield database
    await database.close()


@pytest.fixture
def files(database: Database) -> FileService:
    return FileService(database, TOKENS, "https://piecework.test", timedelta(days=1))


@pytest.mark.parametrize("data", [b"", b"short", b"long and dull " * 50_000, bytes(range(256)) * 4], ids=len)
async def test_contents_come_back_as_they_were(files: FileService, data: bytes) -> None:
    file_id = await files.save("p1", FileType.FLOW_RUN_LOG, data, "log.json", {"a": 1})
    stored = await files.read(file_id, "p1")
    assert stored.data == data
    assert (stored.type, stored.file_name, stored.media_type) == (FileType.FLOW_RUN_LOG, "log.json", "application/json")


async def test_dull_contents_are_packed(database: Database, files: FileService) -> None:
    await files.save("p1", FileType.SAMPLE_DATA, b"x" * 10_000)
    async with database.read() as connection:
        (row,) = rows_of(await connection.execute(select(file)))
    assert (row["compression"], row["size"]) == ("ZSTD", 10_000)
    assert len(row["data"]) < 100


async def test_a_file_can_be_replaced_and_deleted(files: FileService) -> None:
    file_id = await files.save("p1", FileType.SAMPLE_DATA, b"one")
    assert await files.save("p1", FileType.SAMPLE_DATA, b"two", file_id=file_id) == file_id
    assert (await files.read(file_id)).data == b"two"
    log = await files.save("p1", FileType.FLOW_RUN_LOG, b"log")
    await files.delete_samples("p2", [file_id])
    assert (await files.read(file_id)).data == b"two"
    await files.delete_samples("p1", [file_id, log, "x" * 21])
    assert (await files.read(log)).data == b"log"
    with pytest.raises(ApError):
        await files.read(file_id)


async def test_a_file_belongs_to_its_project(files: FileService) -> None:
    file_id = await files.save("p1", FileType.SAMPLE_DATA, b"one")
    with pytest.raises(ApError) as caught:
        await files.read(file_id, "p2")
    assert caught.value.code is ErrorCode.ENTITY_NOT_FOUND


async def test_a_link_opens_its_file_alone(files: FileService) -> None:
    one, two = [await files.save("p1", FileType.FLOW_STEP_FILE, name) for name in (b"1", b"2")]
    link = urlsplit(files.link(one))
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"https://piecework.test/api/v1/files/{one}"
    token = parse_qs(link.query)["token"][0]
    assert (await files.read_with_token(one, token)).data == b"1"
    engine = TOKENS.sign("ENGINE", {"projectId": "p2"}, timedelta(hours=1))
    for file_id, bad in ((two, token), (one, "x"), (one, TOKENS.sign("USER", {"fileId": one}, timedelta(hours=1)))):
        with pytest.raises(ApError) as caught:
            await files.read_with_token(file_id, bad)
        assert caught.value.code is ErrorCode.INVALID_BEARER_TOKEN
    with pytest.raises(ApError):
        await files.read_with_token(one, engine)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("invoice.pdf", 'attachment; filename="invoice.pdf"'),
        ("報告書.json", "attachment; filename=\"???.json\"; filename*=UTF-8''%E5%A0%B1%E5%91%8A%E6%9B%B8.json"),
        ('a"\r\nX-Bad: 1', "attachment; filename=\"a???X-Bad: 1\"; filename*=UTF-8''a%22%0D%0AX-Bad%3A%201"),
    ],
)
def test_file_names_in_headers(name: str, header: str) -> None:
    assert disposition("attachment", name) == header
