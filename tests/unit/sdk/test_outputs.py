"""What a return type says: the output's schema, plain values for the flow, and how a poll tells its items apart."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from piecework.sdk import Cursor, Piece, PieceDefinitionError, TriggerContext, TypedDict
from piecework.sdk.testing import NOON, FakeTriggerContext, MemoryStore, run_action, run_trigger


@dataclass
class Task:
    id: int
    created_at: datetime


class Completed(TypedDict):
    title: str
    completed_at: Annotated[datetime, Cursor()]


class Loose(BaseModel):
    title: str


piece = Piece("tasks", display_name="Tasks", version="1.0.0")


@piece.action
async def create(title: str) -> Task:
    """Create a task."""
    return Task(len(title), NOON)


@piece.action
def count() -> int:
    """Count tasks."""
    return 3


async def test_the_output_is_plain_and_its_schema_known() -> None:
    assert await run_action(piece, "create", {"title": "abc"}) == {"id": 3, "created_at": "2026-01-15T12:00:00Z"}
    assert set(piece.actions["create"].describe()["outputSchema"]["properties"]) == {"id", "created_at"}
    assert "outputSchema" not in piece.actions["count"].describe()


async def test_a_poll_is_ordered_by_the_field_that_is_its_cursor() -> None:
    asked_since: list[datetime | None] = []
    items: list[Completed] = []
    tasks = Piece("tasks", display_name="Tasks", version="1.0.0")

    @tasks.poll
    async def task_completed(ctx: TriggerContext) -> list[Completed]:
        """A task was completed."""
        asked_since.append(ctx.since)
        return items

    trigger, ctx = tasks.triggers["task_completed"], FakeTriggerContext(store=MemoryStore())
    items.append({"title": "old", "completed_at": NOON})
    await trigger.on_enable(ctx, {})
    items.insert(0, {"title": "new", "completed_at": NOON + timedelta(seconds=1)})
    assert await run_trigger(tasks, "task_completed", {}, ctx) == [{"title": "new", "completed_at": "2026-01-15T12:00:01Z"}]
    assert await run_trigger(tasks, "task_completed", {}, ctx) == []
    assert asked_since == [None, NOON, datetime(2026, 1, 15, 12, 0, 1, tzinfo=UTC)]


async def test_items_with_an_id_need_no_more() -> None:
    items = [Task(1, NOON)]
    tasks = Piece("tasks", display_name="Tasks", version="1.0.0")

    @tasks.poll
    def new_task() -> list[Task]:
        """A task is new."""
        return items

    ctx = FakeTriggerContext(store=MemoryStore())
    await tasks.triggers["new_task"].on_enable(ctx, {})
    items.insert(0, Task(2, NOON))
    assert [item["id"] for item in await run_trigger(tasks, "new_task", {}, ctx)] == [2]


@pytest.mark.parametrize("returned", [list[Loose], list[Any], int])
def test_items_that_nothing_tells_apart_are_refused(returned: Any) -> None:
    def new_item(ctx: TriggerContext) -> Any: ...

    new_item.__annotations__["return"] = returned
    with pytest.raises(PieceDefinitionError, match="say how items are told apart"):
        Piece("loose", display_name="Loose", version="1.0.0").poll(new_item)
