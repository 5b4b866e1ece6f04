"""A piece from npm that is installed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from piecework.runner.npm.operations import NpmAction, Package, npm_trigger
from piecework.sandbox.npm.folders import Installed, PieceFolders
from piecework.sdk import Action, ActionContext, Piece, Trigger, TriggerContext
from piecework.sdk.auth import Auth, BasicAuth, CustomAuth, OAuth2, SecretTextAuth
from piecework.sdk.errors import PieceError, UnknownProperty
from piecework.spec.piece import PieceCategory

_COMPUTED = frozenset({"DROPDOWN", "MULTI_SELECT_DROPDOWN", "DYNAMIC"})
_AUTHS: Mapping[str, type[Auth]] = {auth.type.value: auth for auth in (SecretTextAuth, BasicAuth, CustomAuth, OAuth2)}
_OFFICIAL = "@activepieces/"
FORM_SECONDS = 60.0
"""What computing options, trying a connection or reading an app's event may take."""


class NpmPiece(Piece):
    """One version of a piece. Its actions and triggers are read from the disk when somebody first asks for them."""

    def __init__(self, installed: Installed, folders: PieceFolders, package: Package) -> None:
        head = installed.head
        known = [PieceCategory(category) for category in head.get("categories") or () if category in set(PieceCategory)]
        super().__init__(
            installed.name,
            display_name=head.get("displayName") or installed.name,
            version=installed.version,
            description=head.get("description") or "",
            categories=known,
            auth=_auth(head.get("auth")),
            logo=head.get("logoUrl") or None,
        )
        self.name = installed.name  # also one without a scope
        self.installed = installed
        self._folders = folders
        self._package = package

    def serves(self, version: str) -> bool:
        """Exactly its own version; ``~`` and ``^`` before it make no difference to that (``Catalogue`` knows ranges)."""
        return version.strip().lstrip("~^v=") == self.installed.version

    @cached_property
    def _description(self) -> dict[str, Any]:
        return self._folders.description(self.installed.name, self.installed.version)

    @property
    def actions(self) -> dict[str, Action]:
        """See ``Piece``."""
        return self._actions

    @actions.setter
    def actions(self, value: Mapping[str, Action]) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        """``Piece`` begins with none."""

    @property
    def triggers(self) -> dict[str, Trigger]:
        """See ``Piece``."""
        return self._triggers

    @triggers.setter
    def triggers(self, value: Mapping[str, Trigger]) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        """``Piece`` begins with none."""

    @cached_property
    def _actions(self) -> dict[str, Action]:
        return {name: NpmAction(self._package, name, wire) for name, wire in self._description["metadata"]["actions"].items()}

    @cached_property
    def _triggers(self) -> dict[str, Trigger]:
        hooks = self._description["traits"]["hooks"]
        wires = self._description["metadata"]["triggers"]
        return {name: npm_trigger(self._package, name, wire, hooks.get(name, [])) for name, wire in wires.items()}

    async def options(
        self,
        action_or_trigger: str,
        property_name: str,
        ctx: ActionContext | TriggerContext | None,
        form_input: Mapping[str, Any],
        search_value: str | None = None,
    ) -> dict[str, Any]:
        """See ``Piece``."""
        wire = self._property(action_or_trigger, property_name)
        message = {"op": "options", "name": action_or_trigger, "property": property_name, "props": form_input, "searchValue": search_value}
        message["auth"] = form_input.get("auth")
        message["facts"] = {} if ctx is None else self._package.runtime.facts(ctx, self.name)
        answer = await self._package.runtime.call(self._package.folder, message, ctx, seconds=FORM_SECONDS)
        return {"type": wire["type"], "options": _options(wire["type"], answer["value"])}

    def _property(self, owner: str, name: str) -> Mapping[str, Any]:
        metadata = self._description["metadata"]
        operation = metadata["actions"].get(owner) or metadata["triggers"].get(owner) or {}
        wire = (operation.get("props") or {}).get(name)
        if wire is None or wire.get("type") not in _COMPUTED:
            raise UnknownProperty(f"{self.name} has no computed property {name!r} in {owner!r}")
        return wire

    async def validate_auth(self, value: Mapping[str, Any], server: Mapping[str, str]) -> str | None:
        """Try a connection's value (as the wire stores it): None when it works or the piece does not try, else why it does not work.

        ``server``: ``{"apiUrl", "publicUrl"}``. Raises PieceError when the piece's function fails itself.
        """
        if not self._description["traits"]["validates"]:
            return None
        answer = await self._package.runtime.call(
            self._package.folder, {"op": "validate", "auth": dict(value), "server": dict(server)}, seconds=FORM_SECONDS
        )
        result = answer["value"] or {}
        return None if result.get("valid") else str(result.get("error") or "The service does not accept these credentials")

    async def parse_event(self, payload: Mapping[str, Any], server: Mapping[str, str]) -> dict[str, Any]:
        """What a call of the app's webhook means: ``{"reply"?: {"body", "headers"}, "event"?, "identifierValue"?}``. Raises PieceError."""
        answer = await self._package.runtime.call(
            self._package.folder, {"op": "events", "payload": dict(payload), "server": dict(server)}, seconds=FORM_SECONDS
        )
        return answer["value"] or {}

    @property
    def takes_events(self) -> bool:
        """Whether an app's webhook can be given to this piece."""
        return bool(self._description["traits"]["events"])

    def summary(self) -> dict[str, Any]:
        """See ``Piece``; does not read what actions and triggers are there."""
        return {**self._head(), "actions": self.installed.actions, "triggers": self.installed.triggers}

    def _head(self) -> dict[str, Any]:
        """The metadata as the piece gave them, with what the catalogue must be able to count on."""
        installed = self.installed
        wire = {name: value for name, value in installed.head.items() if value is not None}
        version = wire.get("contextInfo", {}).get("version")
        is_official = installed.package_type == "REGISTRY" and installed.name.startswith(_OFFICIAL)
        return wire | {
            "name": self.name,
            "displayName": self.display_name,
            "description": self.description,
            "logoUrl": self.logo,
            "version": installed.version,
            "authors": wire.get("authors") or [],
            "categories": wire.get("categories") or [],
            "minimumSupportedRelease": wire.get("minimumSupportedRelease") or "0.0.0",
            "contextInfo": {} if version is None else {"version": version},
            "pieceType": "OFFICIAL" if is_official else "CUSTOM",
            "packageType": installed.package_type,
        }


def _auth(wire: Any) -> Auth | None:
    """The kind of connection; of several, the first."""
    if isinstance(wire, list):
        wire = wire[0] if wire else None
    kind = _AUTHS.get(wire.get("type", "")) if isinstance(wire, Mapping) else None
    if kind is None or wire is None:
        return None
    return kind(wire.get("displayName") or "Connection", wire.get("description"), required=wire.get("required") is not False)


def _options(kind: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PieceError("The piece computed no options")
    if kind == "DYNAMIC":
        return value
    return {"disabled": False, **value, "options": value.get("options") or []}
