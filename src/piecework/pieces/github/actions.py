"""Issues, and GraphQL for the rest."""

from typing import Annotated, Any, Literal

from piecework.pieces.github.client import Assignees, Issue, Labels, Repository, exchange, labels, milestones, repository_path
from piecework.pieces.github.piece import API, headers, piece
from piecework.sdk import ActionContext, Dropdown, LongText, MultiSelect, Number, Object, PieceError, given


@piece.action(name="github_create_issue", display_name="Create Issue")
async def create_issue(
    ctx: ActionContext,
    repository: Repository,
    title: str,
    description: Annotated[str | None, LongText("Description", "In Markdown.")] = None,
    labels: Labels = None,
    assignees: Assignees = None,
) -> dict[str, Any]:
    """File an issue in a repository."""
    body = given(title=title, body=description, labels=labels, assignees=assignees)
    return await exchange(ctx, "POST", f"{repository_path(repository)}/issues", body)


@piece.action(name="update_issue", display_name="Update Issue")
async def update_issue(
    ctx: ActionContext,
    repository: Repository,
    issue_number: Issue,
    title: str | None = None,
    body: Annotated[str | None, LongText("Body")] = None,
    state: Literal["open", "closed"] | None = None,
    state_reason: Literal["completed", "not_planned", "reopened", "duplicate"] | None = None,
    milestone: Annotated[int | None, Dropdown("Milestone", options=milestones)] = None,
    labels: Labels = None,
    assignees: Assignees = None,
) -> dict[str, Any]:
    """Change an issue. What is left empty stays as it is; labels and assignees replace those that it has."""
    changes = given(title=title, body=body, state=state, state_reason=state_reason, milestone=milestone, labels=labels, assignees=assignees)
    return await exchange(ctx, "PATCH", f"{repository_path(repository)}/issues/{issue_number}", changes)


@piece.action(name="createCommentOnAIssue", display_name="Create comment on a issue")
async def create_comment(
    ctx: ActionContext,
    repository: Repository,
    issue_number: Annotated[int, Number("Issue number", "Of an issue or a pull request.", whole=True)],
    comment: Annotated[str, LongText("Comment", "In Markdown.")],
) -> dict[str, Any]:
    """Comment on an issue or a pull request."""
    return await exchange(ctx, "POST", f"{repository_path(repository)}/issues/{issue_number}/comments", {"body": comment})


@piece.action(name="add_labels_to_issue", display_name="Add Labels to Issue")
async def add_labels(
    ctx: ActionContext, repository: Repository, issue_number: Issue, labels: Annotated[list[str], MultiSelect("Labels", options=labels)]
) -> dict[str, Any]:
    """Add labels to an issue; those that it has stay."""
    return await exchange(ctx, "POST", f"{repository_path(repository)}/issues/{issue_number}/labels", {"labels": labels})


@piece.action(name="find_issue", display_name="Find Issue")
async def find_issue(ctx: ActionContext, repository: Repository, title: str, state: Literal["open", "closed", "all"]) -> dict[str, Any]:
    """Find an issue by words of its title."""
    name = repository_path(repository).removeprefix("/repos/")
    words = title.replace('"', " ").strip()
    query = f'repo:{name} is:issue in:title "{words}"' + ("" if state == "all" else f" state:{state}")
    found = await ctx.http.get(f"{API}/search/issues", headers=headers(ctx.auth), params={"q": query, "per_page": 1}, into=dict[str, Any])
    return {"found": found["total_count"] > 0, "result": found["items"]}


@piece.action(name="rawGraphqlQuery", display_name="Raw GraphQL Query")
async def graphql(
    ctx: ActionContext,
    query: Annotated[str, LongText("Query")],
    variables: Annotated[dict[str, Any] | None, Object("Parameters", "The variables of the query.")] = None,
) -> dict[str, Any]:
    """Ask GitHub's GraphQL API. The step fails if the answer has errors."""
    answer = await exchange(ctx, "POST", "/graphql", given(query=query, variables=variables))
    errors = answer["body"].get("errors") if isinstance(answer["body"], dict) else None
    if errors:
        raise PieceError("; ".join(str(error.get("message")) for error in errors))
    return answer
