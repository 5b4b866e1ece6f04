"""Finding the form or the chat of a flow. Whoever knows the flow's id may see it, as he may call its webhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from piecework.runner.catalogue import Catalogue
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.human_input.errors import no_chat, no_form
from piecework.server.modules.human_input.schemas import ChatPage, FormInput, FormPage, FormProps, InputType
from piecework.server.modules.platforms.service import PlatformService
from piecework.server.modules.projects.service import ProjectService
from piecework.spec.flow import FlowStatus

PIECE = "@activepieces/piece-forms"
FORM = "form_submission"
CHAT = "chat_submission"
INPUT_TYPES = frozenset(get_args(InputType))


class HumanInputService:
    """Forms and chats of every project."""

    def __init__(self, flows: FlowService, catalogue: Catalogue, projects: ProjectService, platforms: PlatformService) -> None:
        self._flows = flows
        self._catalogue = catalogue
        self._projects = projects
        self._platforms = platforms

    async def form(self, flow_id: str, *, use_draft: bool) -> FormPage:
        """The form of a flow. Raises ENTITY_NOT_FOUND for a flow that has none, or is not published or switched off (unless ``use_draft``)."""
        version = await self._version(flow_id, FORM, use_draft=use_draft)
        if version is None:
            raise no_form(flow_id)
        settings = version.trigger["settings"]
        return {
            "id": flow_id,
            "title": version.display_name,
            "props": form_props(settings.get("input") or {}),
            "projectId": version.project_id,
            "version": self._piece_version(settings.get("pieceVersion")),
        }

    async def chat(self, flow_id: str, *, use_draft: bool) -> ChatPage:
        """The chat of a flow. Raises as ``form`` does."""
        version = await self._version(flow_id, CHAT, use_draft=use_draft)
        project = await self._projects.find(version.project_id) if version else None
        if version is None or project is None:
            raise no_chat(flow_id)
        platform = await self._platforms.get(project["platformId"])
        return {
            "id": flow_id,
            "title": version.display_name,
            "props": dict(version.trigger["settings"].get("input") or {}),
            "projectId": version.project_id,
            "platformLogoUrl": platform["logoIconUrl"],
            "platformName": platform["name"],
        }

    async def _version(self, flow_id: str, trigger: str, *, use_draft: bool) -> StoredVersion | None:
        """The version whose page is asked for, if it begins with this trigger."""
        facts = await self._flows.flow_facts(flow_id)
        if facts is None:
            return None
        shown = facts.latest_version_id if use_draft else facts.published_version_id
        if shown is None or (not use_draft and facts.status != FlowStatus.ENABLED):
            return None
        version = await self._flows.version(shown)
        settings: Mapping[str, Any] = (version.trigger.get("settings") or {}) if version else {}
        return version if settings.get("pieceName") == PIECE and settings.get("triggerName") == trigger else None

    def _piece_version(self, pinned: Any) -> str:
        """The exact version of the piece: what a step pins, or for a range (``~0.4.1``) the one that is installed."""
        if isinstance(pinned, str) and pinned[:1].isdigit():
            return pinned
        piece = self._catalogue.get(PIECE)
        return piece.version if piece else "0.4.1"


def form_props(given: Mapping[str, Any]) -> FormProps:
    """The trigger's input as the page needs it: a draft may have fields without a name or a type yet, and they are left out."""
    raw = given.get("inputs")
    fields = (
        [cast("Mapping[str, Any]", field) for field in cast("list[Any]", raw) if isinstance(field, dict)] if isinstance(raw, list) else []
    )
    inputs: list[FormInput] = [
        {
            "displayName": field["displayName"],
            "type": field["type"],
            "description": str(field.get("description") or ""),
            "required": field.get("required") is True,
        }
        for field in fields
        if isinstance(field.get("displayName"), str) and field["displayName"] and field.get("type") in INPUT_TYPES
    ]
    return {"inputs": inputs, "waitForResponse": given.get("waitForResponse") is True}
