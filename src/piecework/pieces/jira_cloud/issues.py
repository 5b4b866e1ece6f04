"""Issues: file, assign, comment, move."""

from typing import Annotated, Any

from piecework.pieces.jira_cloud.client import Issue, Project, call, issue_types, people, segment, transitions
from piecework.pieces.jira_cloud.fields import document, field_form, metadata, parsed_document, takes_document, values
from piecework.pieces.jira_cloud.piece import piece
from piecework.sdk import ActionContext, Checkbox, Dropdown, DynamicProperties, LongText, MultiSelect, Option, Property


async def issue_fields(ctx: ActionContext, projectId: Any, issueTypeId: Any) -> dict[str, Property]:
    """The fields of a new issue of this kind."""
    return await field_form(ctx, await metadata(ctx, projectId, issueTypeId)) if projectId and issueTypeId else {}


async def document_fields(ctx: ActionContext, projectId: Any, issueTypeId: Any) -> list[Option]:
    """Those of them whose text is a document."""
    fields = await metadata(ctx, projectId, issueTypeId) if projectId and issueTypeId else []
    return [Option(field["name"], field["key"]) for field in fields if takes_document(field)]


@piece.action
async def create_issue(
    ctx: ActionContext,
    projectId: Project,
    issueTypeId: Annotated[str, Dropdown("Issue Type", options=issue_types)],
    issueFields: Annotated[dict[str, Any], DynamicProperties("Fields", form=issue_fields)],
    adfFields: Annotated[
        list[str] | None,
        MultiSelect("Fields in JSON Atlassian Document Format", "Others are taken as plain text.", options=document_fields),
    ] = None,
) -> Any:
    """File an issue in a project. The output is the issue, its fields by their names."""
    fields = await metadata(ctx, projectId, issueTypeId)
    wanted = {"issuetype": {"id": issueTypeId}, "project": {"id": projectId}, **values(fields, issueFields, adfFields or [])}
    made = await call(ctx, "POST", "/issue", {"fields": wanted})
    issue = await call(ctx, "GET", f"/issue/{segment(made['id'])}")
    names = {field["key"]: field["name"] for field in fields if str(field["key"]).startswith("customfield_")}
    return {**issue, "fields": {names.get(key, key): value for key, value in issue["fields"].items()}}


@piece.action
async def assign_issue(
    ctx: ActionContext, projectId: Project, issueId: Issue, assignee: Annotated[str, Dropdown("Assignee", options=people)]
) -> Any:
    """Assign an issue to somebody, in place of who has it."""
    return await call(ctx, "PUT", f"/issue/{segment(issueId)}/assignee", {"accountId": assignee})


@piece.action(name="add_issue_comment", display_name="Add Issue Comment")
async def add_comment(
    ctx: ActionContext,
    projectId: Project,
    issueId: Issue,
    comment: Annotated[str, LongText("Comment Body")],
    isADF: Annotated[bool, Checkbox("Comment is in JSON Atlassian Document Format", "Otherwise it is plain text.")] = False,
) -> Any:
    """Comment on an issue."""
    body = parsed_document(comment, "comment") if isADF else document(comment)
    return await call(ctx, "POST", f"/issue/{segment(issueId)}/comment", {"body": body})


@piece.action
async def transition_issue(
    ctx: ActionContext, projectId: Project, issueId: Issue, transitionId: Annotated[str, Dropdown("Transition", options=transitions)]
) -> dict[str, Any]:
    """Move an issue to another status, as its workflow allows."""
    await call(ctx, "POST", f"/issue/{segment(issueId)}/transitions", {"transition": {"id": transitionId}})
    return {"success": True, "issue": await call(ctx, "GET", f"/issue/{segment(issueId)}")}
