"""New issues."""

import re
from datetime import datetime
from typing import Annotated, Any

from piecework.pieces.jira_cloud.client import sanitized, searched
from piecework.pieces.jira_cloud.piece import piece
from piecework.sdk import ByTime, Checkbox, LongText, TriggerContext

NEWEST = 500
"""How many issues a poll looks at: more than these between two polls are not seen."""
ORDER = re.compile(r"\border\s+by\b.*", re.IGNORECASE | re.DOTALL)


def created(issue: dict[str, Any]) -> datetime:
    """When an issue was created."""
    return datetime.fromisoformat(issue["fields"]["created"])


@piece.poll(dedupe=ByTime(created), sample_data={})
async def new_issue(
    ctx: TriggerContext,
    jql: Annotated[str | None, LongText("JQL", "Only issues that this query finds; without ORDER BY.")] = None,
    sanitizeJql: Annotated[bool, Checkbox("Sanitize JQL", "Hide names that the user may not see.", required=False)] = True,
) -> list[dict[str, Any]]:
    """Starts for each issue that is created. A poll looks at the 500 newest."""
    query = ORDER.sub("", jql or "").strip()
    if query and sanitizeJql:
        query = await sanitized(ctx, query)
    wanted = f"({query}) AND created >= -7d" if query else "created >= -7d"
    pages = [page async for page in searched(ctx, f"{wanted} ORDER BY created DESC", NEWEST, ["*all"])]
    return [issue for page in pages for issue in page["issues"]]
