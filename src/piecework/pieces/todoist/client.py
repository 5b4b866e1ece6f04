"""Calls of Todoist's API (developer.todoist.com/api/v1), and the choices of projects and sections."""

from typing import Annotated, Any

from piecework.pieces.todoist.piece import API
from piecework.sdk import ActionContext, Dropdown, DropdownState, OAuth2Token, Option, TriggerContext, given

Context = ActionContext[OAuth2Token] | TriggerContext[OAuth2Token]
PAGE = 200


async def listed(ctx: Context, path: str, key: str = "results", **params: Any) -> list[dict[str, Any]]:
    """All entries of a list, by cursor."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = {**params, "limit": PAGE} | given(cursor=cursor)
        page = await ctx.http.get(f"{API}{path}", headers=ctx.auth.headers, params=asked, into=dict[str, Any])
        found += page.get(key) or []
        cursor = page.get("next_cursor")
        if not cursor:
            return found


async def projects(ctx: Context) -> list[Option]:
    """The account's projects."""
    return [Option(project["name"], project["id"]) for project in await listed(ctx, "/projects")]


async def sections(ctx: Context, project_id: str | None) -> list[Option] | DropdownState:
    """The sections of a project."""
    if not project_id:
        return DropdownState(disabled=True, placeholder="Choose a project first")
    return [Option(section["name"], section["id"]) for section in await listed(ctx, "/sections", project_id=project_id)]


Project = Annotated[str | None, Dropdown("Project", options=projects)]
Section = Annotated[str | None, Dropdown("Section", options=sections)]
