"""Issues."""

from typing import Annotated, Any, Literal

from piecework.pieces.gitlab.client import Project, post, project_url
from piecework.pieces.gitlab.piece import headers, piece
from piecework.sdk import ActionContext, LongText, Number, ShortText, given

IssueNumber = Annotated[int, Number("Issue Number", "That of the project, as in `#7`.", minimum=1, whole=True)]


@piece.action(name="create_issue", display_name="Create Issue")
async def create_issue(
    ctx: ActionContext,
    projectId: Project,
    title: Annotated[str, ShortText("Issue Title")],
    description: Annotated[str | None, LongText("Issue Description", "In Markdown.")] = None,
) -> dict[str, Any]:
    """File an issue in a project."""
    return await post(ctx, f"{project_url(ctx, projectId)}/issues", given(title=title, description=description))


@piece.action(name="update_issue", display_name="Update Issue")
async def update_issue(
    ctx: ActionContext,
    projectId: Project,
    issue_number: IssueNumber,
    title: Annotated[str | None, ShortText("Issue Title")] = None,
    description: Annotated[str | None, LongText("Issue Description")] = None,
    state: Literal["close", "reopen"] | None = None,
) -> dict[str, Any]:
    """Change, close or reopen an issue. What is left empty stays as it is."""
    changes = given(title=title, description=description, state_event=state)
    url = f"{project_url(ctx, projectId)}/issues/{issue_number}"
    return await ctx.http.put(url, headers=headers(ctx.auth), json=changes, into=dict[str, Any])


@piece.action(name="create_issue_comment", display_name="Comment on Issue")
async def create_comment(
    ctx: ActionContext,
    projectId: Project,
    issue_number: IssueNumber,
    comment: Annotated[str, LongText("Comment", "In Markdown.")],
) -> dict[str, Any]:
    """Comment on an issue."""
    return await post(ctx, f"{project_url(ctx, projectId)}/issues/{issue_number}/notes", {"body": comment})
