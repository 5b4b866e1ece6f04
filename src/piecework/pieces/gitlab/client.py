"""Calls of GitLab's REST API (docs.gitlab.com/api/rest), and the choice of a project."""

from typing import Annotated, Any
from urllib.parse import quote

from piecework.pieces.gitlab.piece import api, headers
from piecework.sdk import ActionContext, Dropdown, Option, TriggerContext

Context = ActionContext | TriggerContext
PER_PAGE = 100
MOST_PAGES = 20
"""Of a dropdown: two thousand projects."""


def project_url(ctx: Context, project: Any) -> str:
    """Where a project is, by its id or its path (``group/name``)."""
    return f"{api(ctx.auth)}/projects/{quote(str(project), safe='')}"


async def post(ctx: Context, url: str, body: dict[str, Any]) -> dict[str, Any]:
    """Create something."""
    return await ctx.http.post(url, headers=headers(ctx.auth), json=body, into=dict[str, Any])


async def projects(ctx: Context) -> list[Option]:
    """The projects of which the connection's account is a member, the last used first."""
    found: list[Option] = []
    for page in range(1, MOST_PAGES + 1):
        asked = {"simple": "true", "membership": "true", "order_by": "last_activity_at", "per_page": PER_PAGE, "page": page}
        entries = await ctx.http.get(f"{api(ctx.auth)}/projects", headers=headers(ctx.auth), params=asked, into=list[dict[str, Any]])
        found += [Option(entry.get("path_with_namespace") or entry["name"], entry["id"]) for entry in entries]
        if len(entries) < PER_PAGE:
            break
    return found


Project = Annotated[Any, Dropdown("Project", options=projects)]
