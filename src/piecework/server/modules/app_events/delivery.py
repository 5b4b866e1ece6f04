"""Giving a call of an app to the flows that listen for what it tells (spec/api.md §5)."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from piecework.runner.catalogue import Catalogue
from piecework.sdk import Piece
from piecework.sdk.services import Server
from piecework.server.kernel.errors import ApError, entity_not_found
from piecework.server.kernel.ids import new_id
from piecework.server.modules.app_events.service import AppEventService, Listener
from piecework.server.modules.webhooks.answers import Answer
from piecework.server.modules.webhooks.service import ACCEPTED, Mode, WebhookService

log = structlog.get_logger(__name__)

AT_ONCE = 16
"""Listeners whose triggers are asked at the same time."""
UNREADABLE = Answer(400, {})


class AppEventDelivery:
    """One URL for each app whose piece can read its events."""

    def __init__(self, catalogue: Catalogue, events: AppEventService, webhooks: WebhookService, server: Server) -> None:
        self._catalogue = catalogue
        self._events = events
        self._webhooks = webhooks
        self._server = {"apiUrl": server.api_url, "publicUrl": server.public_url}
        self._room = asyncio.Semaphore(AT_ONCE)

    async def deliver(self, app: str, payload: dict[str, Any]) -> Answer:
        """Take a call; the runs that it begins are durable when this returns. ``app``: the piece's name without ``@activepieces/piece-``.

        Raises what keeps the server from writing, and nothing that the caller has caused: it is all in the answer.
        """
        candidates = self._catalogue.candidates(f"@activepieces/piece-{app}", None)
        piece = next((piece for piece in candidates if piece.takes_events), None)
        if piece is None:
            return _unknown(app)
        parsed = await self._parsed(piece, payload)
        reply, event, identifier = parsed.get("reply"), parsed.get("event"), parsed.get("identifierValue")
        if reply is not None:
            return Answer(200, reply.get("body", {}), reply.get("headers") or {})
        if event is None or identifier is None:
            return UNREADABLE
        listeners = await self._events.listeners(piece.name, str(event), str(identifier))
        answers = await asyncio.gather(*(self._tell(listener, payload) for listener in listeners))
        refused = [answer for answer in answers if answer.status == 401]
        return refused[0] if refused and len(refused) == len(answers) else ACCEPTED

    async def _parsed(self, piece: Piece, payload: dict[str, Any]) -> dict[str, Any]:
        try:
            return await piece.parse_event(payload, self._server)
        except Exception as error:
            log.warning("an app's event could not be read", piece=piece.name, error=type(error).__name__, error_id=new_id())
            return {}

    async def _tell(self, listener: Listener, payload: dict[str, Any]) -> Answer:
        facts = await self._webhooks.flow(listener.flow_id)
        if facts is None:
            return ACCEPTED
        async with self._room:
            return await self._webhooks.call(facts, Mode.TEST if listener.simulate else Mode.LIVE, payload)


def _unknown(app: str) -> Answer:
    error: ApError = entity_not_found("piece", app, "No installed piece of this name takes events of an app")
    return Answer(error.status, {"code": error.code.value, "params": error.params})
