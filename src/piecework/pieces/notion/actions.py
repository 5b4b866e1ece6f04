"""Pages and items."""

from typing import Annotated, Any

from piecework.pieces.notion.client import (
    Content,
    Database,
    Item,
    ItemFields,
    Page,
    paragraphs,
    patch,
    post,
    properties_of,
    rich_text,
    written,
)
from piecework.pieces.notion.piece import piece
from piecework.sdk import ActionContext, LongText


@piece.action(name="create_database_item", display_name="Create Database Item")
async def create_database_item(
    ctx: ActionContext,
    database_id: Database,
    databaseFields: ItemFields,
    content: Content = None,
) -> dict[str, Any]:
    """Add an item to a database."""
    properties = written(await properties_of(ctx, database_id), databaseFields)
    parent = {"type": "database_id", "database_id": database_id}
    return await post(ctx, "/pages", {"parent": parent, "properties": properties, "children": paragraphs(content)})


@piece.action(name="update_database_item", display_name="Update Database Item")
async def update_database_item(
    ctx: ActionContext,
    database_id: Database,
    database_item_id: Item,
    databaseFields: ItemFields,
) -> dict[str, Any]:
    """Change an item of a database. What is left empty stays as it is."""
    properties = written(await properties_of(ctx, database_id), databaseFields)
    return await patch(ctx, f"/pages/{database_item_id}", {"properties": properties})


@piece.action(name="createPage", display_name="Create Page")
async def create_page(ctx: ActionContext, pageId: Page, title: str | None = None, content: Content = None) -> dict[str, Any]:
    """Create a page below another one."""
    body = {"parent": {"page_id": pageId}, "properties": {"title": {"title": rich_text(title or "")}}, "children": paragraphs(content)}
    return await post(ctx, "/pages", body)


@piece.action(name="append_to_page", display_name="Append to Page")
async def append_to_page(
    ctx: ActionContext,
    pageId: Page,
    content: Annotated[str, LongText("Content", "A paragraph for each line.")],
) -> dict[str, Any]:
    """Add text at the end of a page."""
    return await patch(ctx, f"/blocks/{pageId}/children", {"children": paragraphs(content)})


@piece.action(name="archive_database_item", display_name="Archive Database Item")
async def archive_database_item(ctx: ActionContext, database_id: Database, database_item_id: Item) -> dict[str, Any]:
    """Move an item of a database to the trash."""
    return await patch(ctx, f"/pages/{database_item_id}", {"archived": True})
