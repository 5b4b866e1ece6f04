"""Calls of GitHub's REST API, and the choices of repositories, labels and so on."""

from typing import Annotated, Any
from urllib.parse import quote

from piecework.pieces.github.piece import API, headers
from piecework.sdk import ActionContext, Dropdown, DropdownState, MultiSelect, Option, PieceError, TriggerContext

PER_PAGE = 100
MOST_PAGES = 20
"""Of a dropdown: two thousand entries."""

Context = ActionContext | TriggerContext
PICK_FIRST = DropdownState(disabled=True, placeholder="Choose a repository first")


def repository_path(repository: Any) -> str:
    """``/repos/owner/name`` of what the dropdown gives, ``{"owner", "repo"}``, or of the text ``owner/name``. Raises PieceError for other values."""
    if isinstance(repository, str) and repository.count("/") == 1:
        owner, repo = repository.split("/")
    elif isinstance(repository, dict) and {"owner", "repo"} <= repository.keys():
        owner, repo = str(repository["owner"]), str(repository["repo"])
    else:
        raise PieceError(f"{repository!r} is no repository; write it as owner/name")
    return f"/repos/{quote(owner, safe='')}/{quote(repo, safe='')}"


async def exchange(ctx: Context, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Call ``path``; the answer as ``{"status", "headers", "body"}``. Raises HttpFailed."""
    return await ctx.http.exchange(method, f"{API}{path}", headers=headers(ctx.auth), json=body)


async def listed(ctx: Context, path: str, **params: Any) -> list[dict[str, Any]]:
    """All entries of a list, page by page, up to what a dropdown can show."""
    found: list[dict[str, Any]] = []
    for page in range(1, MOST_PAGES + 1):
        asked = {**params, "per_page": PER_PAGE, "page": page}
        entries = await ctx.http.get(f"{API}{path}", headers=headers(ctx.auth), params=asked, into=list[dict[str, Any]])
        found += entries
        if len(entries) < PER_PAGE:
            break
    return found


async def repositories(ctx: Context) -> list[Option]:
    """The repositories that the connection can see, the last pushed first."""
    found = await listed(ctx, "/user/repos", sort="pushed")
    return [Option(entry["full_name"], {"owner": entry["owner"]["login"], "repo": entry["name"]}) for entry in found]


async def labels(ctx: Context, repository: Any) -> list[Option] | DropdownState:
    """The labels of a repository."""
    return await _of_repository(ctx, repository, "labels", "name", "name")


async def assignees(ctx: Context, repository: Any) -> list[Option] | DropdownState:
    """Those to whom issues of a repository can be assigned."""
    return await _of_repository(ctx, repository, "assignees", "login", "login")


async def branches(ctx: Context, repository: Any) -> list[Option] | DropdownState:
    """The branches of a repository."""
    return await _of_repository(ctx, repository, "branches", "name", "name")


async def milestones(ctx: Context, repository: Any) -> list[Option] | DropdownState:
    """The open milestones of a repository."""
    return await _of_repository(ctx, repository, "milestones", "title", "number")


async def issues(ctx: Context, repository: Any) -> list[Option] | DropdownState:
    """The open issues of a repository, without its pull requests."""
    if not repository:
        return PICK_FIRST
    found = await listed(ctx, f"{repository_path(repository)}/issues", state="open")
    return [Option(f"#{entry['number']} {entry['title']}", entry["number"]) for entry in found if "pull_request" not in entry]


async def _of_repository(ctx: Context, repository: Any, what: str, label: str, value: str) -> list[Option] | DropdownState:
    if not repository:
        return PICK_FIRST
    return [Option(str(entry[label]), entry[value]) for entry in await listed(ctx, f"{repository_path(repository)}/{what}")]


Repository = Annotated[Any, Dropdown("Repository", options=repositories)]
Issue = Annotated[int, Dropdown("Issue", "The number of the issue.", options=issues)]
Labels = Annotated[list[str] | None, MultiSelect("Labels", options=labels)]
Assignees = Annotated[list[str] | None, MultiSelect("Assignees", options=assignees)]
Branch = Annotated[str, Dropdown("Branch", options=branches)]
