"""What happens in a repository: a webhook is registered there, and its calls are known by their signatures
(docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries).
"""

import secrets
from collections.abc import Mapping
from typing import Any

from piecework.pieces.github.client import Repository, exchange, repository_path
from piecework.pieces.github.piece import piece
from piecework.sdk import HttpFailed, Signature, TriggerContext

HOOK = "github_hook"
"""In the flow's store: ``{"path", "id", "secret"}`` of the webhook."""

SIGNED = Signature("x-hub-signature-256", prefix="sha256=")

EVENTS = {
    "pull_request": (
        "trigger_pull_request",
        "New Pull Request",
        "A pull request was opened, changed, closed or the like; `action` says which.",
    ),
    "star": ("trigger_star", "New Star", "Somebody starred the repository, or took it back; `action` says which."),
    "issues": ("trigger_issues", "New Issue", "An issue was opened, edited, closed or the like; `action` says which."),
    "push": ("trigger_push", "Push", "Commits were pushed to the repository."),
    "discussion": ("trigger_discussion", "New Discussion", "A discussion was begun, changed or the like; `action` says which."),
    "discussion_comment": ("trigger_discussion_comment", "New Comment Posted", "A comment was posted to a discussion."),
    "release": ("new_release", "New Release", "A release was created."),
}


async def register(ctx: TriggerContext, event: str, repository: Any) -> None:
    """Register a webhook for an event of a repository."""
    secret, path = secrets.token_hex(32), f"{repository_path(repository)}/hooks"
    config = {"url": ctx.webhook_url, "content_type": "json", "insecure_ssl": "0", "secret": secret}
    answer = await exchange(ctx, "POST", path, {"name": "web", "active": True, "events": [event], "config": config})
    await ctx.store.put(HOOK, {"path": f"{path}/{answer['body']['id']}", "secret": secret})


async def remove(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    """Remove the webhook. One that somebody else has removed is no error."""
    hook = await ctx.store.get(HOOK)
    if hook is None:
        return
    try:
        await exchange(ctx, "DELETE", hook["path"])
    except HttpFailed as error:
        if error.status != 404:
            raise
    await ctx.store.delete(HOOK)


async def received(ctx: TriggerContext, event: str) -> list[Any]:
    """The event of a call. Raises WebhookAuthFailed for a call that GitHub did not sign."""
    payload = ctx.payload or {}
    hook, headers = await ctx.store.get(HOOK), payload["headers"]
    if hook is not None:
        SIGNED.verify(ctx, hook["secret"])
    body = payload["body"]
    if "zen" in body or headers.get("x-github-event", event) != event:
        return []
    return [body] if event != "release" or body.get("action") == "created" else []


def add(event: str, name: str, title: str, text: str) -> None:
    """Add the trigger of an event."""

    async def on_enable(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
        await register(ctx, event, props["repository"])

    async def happened(ctx: TriggerContext, repository: Repository) -> list[Any]:
        return await received(ctx, event)

    happened.__doc__ = text
    piece.webhook_trigger(name=name, display_name=title, on_enable=on_enable, on_disable=remove)(happened)


for _event, _described in EVENTS.items():
    add(_event, *_described)
