"""Issues: find and read."""

from typing import Annotated, Any

from piecework.pieces.jira_cloud.client import Issue, Project, call, sanitized, searched, segment
from piecework.pieces.jira_cloud.piece import piece
from piecework.sdk import ActionContext, Array, Checkbox, LongText, Markdown, MarkdownVariant, Number, StaticMultiSelect

MOST = 5000
EXPANDED = {
    "Rendered Fields": "renderedFields",
    "Names": "names",
    "Schema": "schema",
    "Transitions": "transitions",
    "Edit Meta": "editmeta",
    "Changelog": "changelog",
}


def named(fields: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Fields by the names that people see."""
    return {names.get(key, key): value for key, value in fields.items()}


@piece.action(display_name="Search Issues")
async def search_issues(
    ctx: ActionContext,
    *,
    memoryWarning: Annotated[
        None,
        Markdown(
            None, "Many issues with all their fields make a large output: say which fields you need.", variant=MarkdownVariant.WARNING
        ),
    ] = None,
    jql: Annotated[str, LongText("JQL", "The query.", required=True)] = "type = story and created > '2023-12-13 14:00'",
    fields: Annotated[
        list[str] | None,
        Array("Fields to Return", "Ids such as `summary`; `*all`, `*navigable` (when empty), and `-description` without one."),
    ] = None,
    mapNames: Annotated[bool, Checkbox("Map Field Names", "Call fields by their names instead of their ids.", required=True)] = False,
    maxResults: Annotated[int, Number("Max Results", "1 to 5,000.", minimum=1, maximum=MOST, whole=True, required=True)] = 50,
    sanitizeJql: Annotated[bool, Checkbox("Sanitize JQL", "Hide names that the user may not see.", required=True)] = True,
) -> list[dict[str, Any]]:
    """Find issues with a query."""
    query = await sanitized(ctx, jql) if sanitizeJql else jql
    found: list[dict[str, Any]] = []
    async for page in searched(ctx, query, maxResults, fields, "names" if mapNames else None):
        names = page.get("names") or {}
        found += [{**issue, "fields": named(issue.get("fields") or {}, names)} if mapNames else issue for issue in page["issues"]]
    return found


@piece.action
async def get_issue(
    ctx: ActionContext,
    projectId: Project,
    issueId: Issue,
    expand: Annotated[list[str] | None, StaticMultiSelect("Expand", "What to add to the issue.", options=EXPANDED)] = None,
    mapNames: Annotated[bool, Checkbox("Map Field Names", "Call fields by their names instead of their ids.", required=True)] = False,
    mapTransitions: Annotated[bool, Checkbox("Map Transition Names", "List transitions by their names.", required=True)] = False,
) -> dict[str, Any]:
    """Fetch an issue."""
    wanted = [*(expand or []), *(["names"] if mapNames and "names" not in (expand or []) else [])]
    issue = await call(ctx, "GET", f"/issue/{segment(issueId)}", **({"expand": ",".join(wanted)} if wanted else {}))
    if mapNames:
        names = issue.get("names") or {}
        issue |= {part: named(issue[part], names) for part in ("fields", "renderedFields", "schema") if issue.get(part)}
        if (issue.get("editmeta") or {}).get("fields"):
            issue["editmeta"] = {**issue["editmeta"], "fields": named(issue["editmeta"]["fields"], names)}
    if mapTransitions and issue.get("transitions"):
        issue["transitions"] = {entry["name"]: entry for entry in issue["transitions"]}
    return issue
