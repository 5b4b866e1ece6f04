"""Completed tasks."""

from datetime import datetime, timedelta
from typing import Any

from piecework.pieces.todoist.client import Project, listed
from piecework.pieces.todoist.piece import piece
from piecework.sdk import ByTime, OAuth2Token, TriggerContext, given

LOOKED_BACK = timedelta(days=7)
"""For the sample of a test."""


def completed(task: dict[str, Any]) -> datetime:
    """When a task was completed."""
    return datetime.fromisoformat(task["completed_at"])


@piece.poll(name="task_completed", display_name="Task Completed", dedupe=ByTime(completed))
async def task_completed(ctx: TriggerContext[OAuth2Token], project_id: Project = None) -> list[dict[str, Any]]:
    """A task was completed."""
    now = ctx.now()
    asked = {"since": _text(ctx.since or now - LOOKED_BACK), "until": _text(now + timedelta(minutes=1)), **given(project_id=project_id)}
    found = await listed(ctx, "/tasks/completed/by_completion_date", "items", **asked)
    return sorted(found, key=completed, reverse=True)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
