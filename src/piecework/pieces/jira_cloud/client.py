"""Calls of Jira's REST API, and the choices of projects, issues, people and so on."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from piecework.pieces.jira_cloud.piece import api, headers
from piecework.sdk import ActionContext, Dropdown, DropdownState, Option, TriggerContext

Context = ActionContext | TriggerContext
PER_PAGE = 100
MOST_CHOICES = 1000
PICK_FIRST = DropdownState(disabled=True, placeholder="Choose a project first")


async def call(ctx: Context, method: str, path: str, body: Any = None, **params: Any) -> Any:
    """Call ``path``; the answer's body. Raises HttpFailed."""
    answer = await ctx.http.exchange(method, f"{api(ctx.auth)}{path}", headers=headers(ctx.auth), json=body, params=params or None)
    return answer["body"]


async def listed(ctx: Context, path: str, entries: str, **params: Any) -> list[dict[str, Any]]:
    """The entries of a list, page by page, up to what a dropdown can show."""
    found: list[dict[str, Any]] = []
    while len(found) < MOST_CHOICES:
        page = await call(ctx, "GET", path, startAt=len(found), maxResults=PER_PAGE, **params)
        found += page[entries]
        if not page[entries] or page.get("isLast") or len(found) >= page.get("total", MOST_CHOICES):
            break
    return found


async def searched(ctx: Context, jql: str, most: int, fields: list[str] | None, expand: str | None = None) -> AsyncIterator[dict[str, Any]]:
    """Pages of a search: ``{"issues", "names"?}``."""
    token, left = None, most
    while left > 0:
        body: dict[str, Any] = {"jql": jql, "maxResults": min(PER_PAGE, left), "fields": fields or ["*navigable"]}
        body |= {"expand": expand} if expand else {}
        page = await call(ctx, "POST", "/search/jql", body | ({"nextPageToken": token} if token else {}))
        yield page
        left -= len(page["issues"])
        token = page.get("nextPageToken")
        if not token or not page["issues"]:
            break


async def sanitized(ctx: Context, jql: str) -> str:
    """The query with names that the user may not see replaced by ids. Raises HttpFailed."""
    answer = await call(ctx, "POST", "/jql/sanitize", {"queries": [{"query": jql}]})
    return str(answer["queries"][0].get("sanitizedQuery") or jql)


def segment(value: Any) -> str:
    """An id or key as part of an address."""
    return quote(str(value), safe="")


async def projects(ctx: Context) -> list[Option]:
    """The projects that the user sees."""
    return [Option(entry["name"], entry["id"]) for entry in await listed(ctx, "/project/search", "values")]


async def issues(ctx: Context, projectId: Any) -> list[Option] | DropdownState:
    """The issues of a project, the newest first."""
    if not projectId:
        return PICK_FIRST
    jql = f'project = "{str(projectId).replace(chr(34), "")}" ORDER BY created DESC'
    pages = [page async for page in searched(ctx, jql, MOST_CHOICES, ["summary"])]
    return [Option(f"[{issue['key']}] {issue['fields']['summary']}", issue["id"]) for page in pages for issue in page["issues"]]


async def issue_types(ctx: Context, projectId: Any) -> list[Option] | DropdownState:
    """The kinds of issue of a project."""
    if not projectId:
        return PICK_FIRST
    found = await listed(ctx, f"/issue/createmeta/{segment(projectId)}/issuetypes", "issueTypes")
    return [Option(entry["name"], entry["id"]) for entry in found]


async def people(ctx: Context, projectId: Any) -> list[Option]:
    """Those to whom issues can be assigned; robots are not."""
    found = await call(ctx, "GET", "/users/search", maxResults=MOST_CHOICES)
    return [Option(entry["displayName"], entry["accountId"]) for entry in found if entry.get("accountType") == "atlassian"]


async def transitions(ctx: Context, issueId: Any) -> list[Option] | DropdownState:
    """What the workflow allows from the issue's present status."""
    if not issueId:
        return DropdownState(disabled=True, placeholder="Choose an issue first")
    found = await call(ctx, "GET", f"/issue/{segment(issueId)}/transitions")
    return [Option(entry["name"], entry["id"]) for entry in found["transitions"]]


Project = Annotated[str, Dropdown("Project ID or Key", options=projects)]
Issue = Annotated[str, Dropdown("Issue ID or Key", options=issues)]
