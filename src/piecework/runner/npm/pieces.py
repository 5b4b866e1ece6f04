"""A piece from npm that is installed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from piecework.runner.npm.operations import NpmAction, Package, npm_trigger
from piecework.sandbox.npm.folders import Installed, PieceFolders
from piecework.sdk import Action, ActionContext, Piece, Trigger, TriggerContext
from piecework.sdk.auth import BOTH_GRANTS, Auth, AuthCheck, BasicAuth, CustomAuth, OAuth2, SecretTextAuth, Validate
from piecework.sdk.errors import PieceError, UnknownProperty
from piecework.sdk.properties import ShortText, from_wire
from piecework.spec.connection import AuthorizationMethod, GrantType
from piecework.spec.piece import PieceCategory, PropertyType

_COMPUTED = frozenset({"DROPDOWN", "MULTI_SELECT_DROPDOWN", "DYNAMIC"})
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
            auth=_auths(head.get("auth"), self._try),
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

    async def _try(self, check: AuthCheck) -> str | None:
        server = {"apiUrl": check.server.api_url, "publicUrl": check.server.public_url}
        return await self.validate_auth(check.stored, server)

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


def _auths(wire: Any, validate: Validate) -> list[Auth]:
    """The kinds of connection, of each type the first."""
    auths: dict[PropertyType, Auth] = {}
    for each in wire if isinstance(wire, list) else [wire]:
        auth = _auth(each, validate) if isinstance(each, Mapping) else None
        if auth is not None:
            auths.setdefault(auth.type, auth)
    return list(auths.values())


def _auth(wire: Mapping[str, Any], validate: Validate) -> Auth | None:
    title, text = wire.get("displayName") or "Connection", wire.get("description")
    required = wire.get("required") is not False
    fields = {name: from_wire(prop) or ShortText(prop.get("displayName")) for name, prop in (wire.get("props") or {}).items()}
    match wire.get("type"):
        case PropertyType.SECRET_TEXT:
            return SecretTextAuth(title, text, required=required, validate=validate)
        case PropertyType.BASIC_AUTH:
            return BasicAuth(title, text, required=required, validate=validate)
        case PropertyType.CUSTOM_AUTH:
            return CustomAuth(title, text, required=required, validate=validate, fields=fields)
        case PropertyType.OAUTH2:
            method = wire.get("authorizationMethod")
            return OAuth2(
                title,
                text,
                required=required,
                validate=validate,
                authorize_url=wire.get("authUrl") or "",
                token_url=wire.get("tokenUrl") or "",
                scopes=wire.get("scope") or (),
                pkce=bool(wire.get("pkce")),
                pkce_method="plain" if wire.get("pkceMethod") == "plain" else "S256",
                authorization_method=AuthorizationMethod(method) if method in set(AuthorizationMethod) else None,
                grant_type=_grant_type(wire.get("grantType")),
                extra=wire.get("extra") or {},
                fields=fields,
            )
        case _:
            return None


def _grant_type(wire: Any) -> GrantType | Literal["both"]:
    if wire == BOTH_GRANTS:
        return "both"
    return GrantType(wire) if wire in set(GrantType) else GrantType.AUTHORIZATION_CODE


def _options(kind: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PieceError("The piece computed no options")
    if kind == "DYNAMIC":
        return value
    return {"disabled": False, **value, "options": value.get("options") or []}
