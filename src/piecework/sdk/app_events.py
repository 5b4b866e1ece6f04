"""Events of apps: one URL for all flows, told apart by what a call says whose it is.

A piece declares how to read a call with ``@piece.app_events``; its ``app=True`` triggers ask for events in ``on_enable`` (``ctx.listen``).
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from piecework.sdk.context import Response, TriggerContext
from piecework.sdk.errors import WebhookAuthFailed
from piecework.sdk.triggers import Hook


@dataclass(frozen=True, slots=True)
class AppEvent:
    """What happened, and whose it is: a workspace's or an account's id, as the listeners named it."""

    name: str
    identifier: str


ReadEvent = Callable[[Mapping[str, Any]], Any]
"""``{method, headers, body, queryParams, rawBody}`` → an ``AppEvent``; a ``Response`` for a call that only wants one; None for anything else."""

Verify = Callable[[Mapping[str, Any], str], bool]
"""(call, the app's secret) → whether the app has signed the call."""


@dataclass(frozen=True, slots=True)
class AppEvents:
    """How a piece takes the events of its app. Without ``verify`` calls are not signed."""

    read: ReadEvent
    verify: Verify | None = None

    async def parsed(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """As ``Piece.parse_event``."""
        found = self.read(payload)
        if inspect.isawaitable(found):
            found = await found
        match found:
            case AppEvent(name, identifier):
                return {"event": name, "identifierValue": identifier}
            case Response():
                return {"reply": {"body": found.body, "headers": found.headers}}
            case _:
                return {}

    def check(self, ctx: TriggerContext) -> None:
        """Raises WebhookAuthFailed for an event that the app has not signed, and where nobody has said what it signs with."""
        if self.verify is None:
            return
        if not ctx.app_secret:
            raise WebhookAuthFailed("AP_APP_WEBHOOK_SECRETS has no secret for this piece, so that its events cannot be believed")
        if not self.verify(ctx.payload or {}, ctx.app_secret):
            raise WebhookAuthFailed("The event is not signed by the app")


def checked(events: Callable[[], AppEvents | None], payloads: Hook) -> Hook:
    """``payloads`` for events that the app has signed."""

    async def hook(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
        declared = events()
        if declared is not None:
            declared.check(ctx)
        outputs = payloads(ctx, props)
        return await outputs if inspect.isawaitable(outputs) else outputs

    return hook
