"""Events of issues: a webhook is registered in the project, and its calls are known by their token
(docs.gitlab.com/user/project/integrations/webhooks).
"""

import hmac
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from piecework.pieces.gitlab.client import Project, post, project_url
from piecework.pieces.gitlab.piece import headers, piece
from piecework.sdk import HttpFailed, StaticDropdown, TriggerContext, WebhookAuthFailed

HOOK = "gitlab_hook"
"""In the flow's store: ``{"url", "token"}`` of the webhook."""


async def register(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    """Register the flow's URL in the project."""
    url, token = f"{project_url(ctx, props['projectId'])}/hooks", secrets.token_hex(32)
    made = await post(ctx, url, {"url": ctx.webhook_url, "issues_events": True, "push_events": False, "token": token})
    await ctx.store.put(HOOK, {"url": f"{url}/{made['id']}", "token": token})


async def remove(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    """Remove the webhook. One that somebody else has removed is no error."""
    hook = await ctx.store.get(HOOK)
    if hook is None:
        return
    try:
        await ctx.http.delete(hook["url"], headers=headers(ctx.auth))
    except HttpFailed as error:
        if error.status != 404:
            raise
    await ctx.store.delete(HOOK)


@piece.webhook_trigger(name="project_issue_event", display_name="New Project Issue Event", on_enable=register, on_disable=remove)
async def issue_event(
    ctx: TriggerContext,
    projectId: Project,
    actiontype: Annotated[
        str,
        StaticDropdown("Issue Event", options={"All": "all", "Opened": "open", "Closed": "close", "Updated": "update"}, disabled=False),
    ] = "all",
) -> list[Any]:
    """An issue of a project was opened, changed, closed or opened again."""
    payload = ctx.payload or {}
    hook, body = await ctx.store.get(HOOK), payload["body"]
    if hook is not None and not hmac.compare_digest(hook["token"], str(payload["headers"].get("x-gitlab-token", ""))):
        raise WebhookAuthFailed("The call does not carry the webhook's token")
    return [body] if actiontype == "all" or body["object_attributes"].get("action") == actiontype else []
