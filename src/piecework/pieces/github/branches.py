"""Branches."""

from typing import Annotated, Any
from urllib.parse import quote

from piecework.pieces.github.client import Branch, Repository, branches, exchange, repository_path
from piecework.pieces.github.piece import API, headers, piece
from piecework.sdk import ActionContext, Dropdown, ShortText


@piece.action(name="create_branch", display_name="Create Branch")
async def create_branch(
    ctx: ActionContext,
    repository: Repository,
    source_branch: Annotated[str, Dropdown("Source Branch", "The new branch begins at its tip.", options=branches)],
    new_branch_name: Annotated[str, ShortText("New Branch Name", "Such as `feature/new-design`.")],
) -> dict[str, Any]:
    """Create a branch."""
    path = repository_path(repository)
    source = await ctx.http.get(f"{API}{path}/branches/{quote(source_branch, safe='')}", headers=headers(ctx.auth), into=dict[str, Any])
    return await exchange(ctx, "POST", f"{path}/git/refs", {"ref": f"refs/heads/{new_branch_name}", "sha": source["commit"]["sha"]})


@piece.action(name="delete_branch", display_name="Delete Branch")
async def delete_branch(ctx: ActionContext, repository: Repository, branch: Branch) -> dict[str, Any]:
    """Delete a branch."""
    return await exchange(ctx, "DELETE", f"{repository_path(repository)}/git/refs/heads/{quote(branch)}")
