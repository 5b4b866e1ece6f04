"""Tasks."""

import re
from typing import Annotated, Any

from piecework.pieces.todoist.client import Project, Section, listed
from piecework.pieces.todoist.piece import API, piece
from piecework.sdk import ActionContext, Array, LongText, Number, OAuth2Token, PieceError, ShortText, given

Context = ActionContext[OAuth2Token]
Priority = Annotated[int | None, Number("Priority", "1 is normal, 4 is urgent.", minimum=1, maximum=4, whole=True)]
Due = Annotated[str | None, ShortText("Due date", "A day (2026-01-31), a time (2026-01-31T12:00:00Z), or words such as `next Monday`.")]
Labels = Annotated[list[str] | None, Array("Labels", "Names of labels.")]
TaskId = Annotated[str, ShortText("Task ID")]


@piece.action(name="create_task", display_name="Create Task")
async def create_task(
    ctx: Context,
    content: Annotated[str, LongText("content", "What is to be done, in Markdown.")],
    project_id: Project = None,
    description: Annotated[str | None, LongText("Description")] = None,
    labels: Labels = None,
    priority: Priority = None,
    due_date: Due = None,
    section_id: Section = None,
) -> dict[str, Any]:
    """Create a task, in the Inbox unless a project is chosen. A run that crashes does not create it twice."""
    body = given(
        content=content,
        project_id=project_id,
        description=description,
        labels=labels,
        priority=priority,
        section_id=section_id,
        **_due(due_date),
    )
    headers = {**ctx.auth.headers, "X-Request-Id": ctx.idempotency_key}
    return await ctx.http.post(f"{API}/tasks", headers=headers, json=body, into=dict[str, Any])


@piece.action(name="update_task", display_name="Update Task")
async def update_task(
    ctx: Context,
    task_id: TaskId,
    content: Annotated[str | None, LongText("content")] = None,
    description: Annotated[str | None, LongText("Description")] = None,
    labels: Labels = None,
    priority: Priority = None,
    due_date: Due = None,
) -> dict[str, Any]:
    """Change a task. What is left empty stays as it is."""
    body = given(content=content, description=description, labels=labels or None, priority=priority, **_due(due_date))
    return await ctx.http.post(f"{API}/tasks/{task_id}", headers=ctx.auth.headers, json=body, into=dict[str, Any])


@piece.action(name="find_task", display_name="Find Task")
async def find_task(ctx: Context, name: Annotated[str, ShortText("Name", "Its whole text.")], project_id: Project = None) -> dict[str, Any]:
    """Find an open task by its text. The step fails where there is none."""
    for task in await listed(ctx, "/tasks", **given(project_id=project_id)):
        if task["content"] == name:
            return task
    raise PieceError("Task not found")


@piece.action(name="mark_task_completed", display_name="Mark Task as Completed")
async def mark_task_completed(ctx: Context, task_id: TaskId) -> Any:
    """Complete a task. One that recurs goes on to its next day."""
    return await ctx.http.post(f"{API}/tasks/{task_id}/close", headers=ctx.auth.headers)


def _due(text: str | None) -> dict[str, str]:
    """Todoist has a field of its own for days, for times and for words."""
    if not text:
        return {}
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return {"due_date": text}
    return {"due_datetime" if re.match(r"\d{4}-\d{2}-\d{2}T", text) else "due_string": text}
