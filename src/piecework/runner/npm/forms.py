"""The form of an action or trigger from npm: the properties that its metadata describe, processed as the wire does (spec/engine.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from piecework.sdk.form import Form
from piecework.sdk.properties import Array, DynamicProperties, MultiSelect, Property, from_wire
from piecework.spec.piece import PropertyType

_CONNECTIONS = frozenset({"OAUTH2", "SECRET_TEXT", "BASIC_AUTH", "CUSTOM_AUTH", "OIDC"})
"""Types under which the oldest pieces take their connection as an ordinary property: its value is an object, whatever the type says."""

_TEXTS = frozenset({PropertyType.SHORT_TEXT, PropertyType.LONG_TEXT, PropertyType.RICH_TEXT})


def form_of(props: Mapping[str, Any]) -> Form:
    """The form. Properties whose type needs no processing (or is not known here) are passed on as they are and are in no form."""
    properties = {name: prop for name, raw in props.items() if (prop := _property(raw)) is not None}
    return Form(properties)


def _property(raw: Mapping[str, Any]) -> Property | None:
    kind, title, required = raw.get("type", ""), raw.get("displayName"), bool(raw.get("required"))
    if kind in _CONNECTIONS:
        return None
    if kind == "ARRAY" and not raw.get("properties"):
        return Array(title, required=required)
    if kind == "DYNAMIC":
        return DynamicProperties(title, required=required, form=_nowhere)
    if kind == "MULTI_SELECT_DROPDOWN":
        return MultiSelect(title, required=required, options=_nowhere)
    return from_wire(raw)


async def _nowhere(ctx: Any) -> Any:
    raise AssertionError("what a property of a piece from npm offers is computed by the piece itself: NpmPiece.options")


def processed(form: Form, raw: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the piece is given: as on the wire, a value that is not there stays away, an empty text
    stays one, and keys that the form does not know pass. ``auth`` stays
    the whole connection. Raises InvalidInput.
    """
    values = form.process(raw, settings)
    given: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in values:
            given[name] = value
        elif values[name] is not None or value is None:
            given[name] = values[name]
        elif value == "" and form.properties[name].type in _TEXTS:
            given[name] = ""
    return given
