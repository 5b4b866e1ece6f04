"""The folders of projects that are gone are removed, and no others."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from piecework.sdk.services import Statement
from piecework.server.kernel.ids import new_id
from piecework.server.modules.project_databases.service import ProjectDatabases

KEPT, GONE = new_id(), new_id()


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    databases = ProjectDatabases(tmp_path / "databases")
    for project_id in (KEPT, GONE):
        await databases.of_project(project_id).run("orders", [Statement("CREATE TABLE orders (id)", [])], 5)
    (tmp_path / "databases" / "copies").mkdir()
    return tmp_path / "databases"


def names(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


async def kept() -> set[str]:
    return {KEPT}


async def nobody() -> set[str]:
    return set()


async def test_the_databases_of_one_project_are_removed(root: Path) -> None:
    assert await ProjectDatabases(root).remove(GONE)
    assert not await ProjectDatabases(root).remove(GONE)
    assert names(root) == {KEPT, "copies"}
    assert list((root / KEPT).glob("orders.sqlite"))


async def test_databases_without_a_project_are_removed(root: Path) -> None:
    assert await ProjectDatabases(root).remove_orphans(kept) == 1
    assert await ProjectDatabases(root).remove_orphans(kept) == 0
    assert names(root) == {KEPT, "copies"}
    assert await ProjectDatabases(root / "nowhere").remove_orphans(kept) == 0


async def test_an_empty_platform_removes_nothing(root: Path) -> None:
    assert await ProjectDatabases(root).remove_orphans(nobody) == 0
    assert names(root) == {KEPT, GONE, "copies"}


async def test_a_failure_is_logged_and_keeps_nothing_else(root: Path) -> None:
    stubborn = new_id()
    (root / stubborn).write_text("no folder")
    with capture_logs() as lines:
        assert await ProjectDatabases(root).remove_orphans(kept) == 1
    assert [line["project_id"] for line in lines] == [stubborn]
    assert names(root) == {KEPT, stubborn, "copies"}
