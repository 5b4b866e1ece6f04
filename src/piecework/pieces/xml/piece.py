"""XML: between XML and JSON."""

from typing import Annotated, Any, cast
from xml.sax.saxutils import escape, quoteattr

from piecework.pieces.xml.reading import read
from piecework.sdk import Checkbox, Json, LongText, Piece, PieceCategory, PieceError, ShortText, json_text

piece = Piece("xml", display_name="XML", version="0.0.8", description="Convert between XML and JSON.", categories=[PieceCategory.CORE])

HEADER = '<?xml version="1.0" encoding="UTF-8"?>'
MAX_DEPTH = 200
SAMPLE = {"note": {"to": "Ada", "body": "Hello"}}


@piece.action(name="convert-json-to-xml", display_name="Convert JSON to XML", pure=True)
def convert_json_to_xml(
    *,
    json: Annotated[Any, Json("JSON", "An object; its names become elements, items of a list repeat them.", default=SAMPLE)],
    attributes_key: Annotated[
        str | None, ShortText("Attribute field", "The name under which an object has its element's attributes; `attr` when empty.")
    ] = None,
    header: Annotated[bool, Checkbox("Header", "Begin with an XML declaration.", required=False)] = False,
) -> str:
    """Write an object as XML."""
    text = "".join(_element(json, attributes_key or "attr", 0))
    return f"{HEADER}{text}" if header else text


@piece.action(name="convert-xml-to-json", display_name="Convert XML to JSON", pure=True)
def convert_xml_to_json(
    xml: Annotated[str, LongText("XML", "The document.")],
    attributes_key: Annotated[
        str | None, ShortText("Attribute field", "The name for the attributes of an element; `attr` when empty.")
    ] = None,
) -> Any:
    """Read XML as an object. Elements that repeat become a list; an element with attributes has its text under `#text`."""
    return read(xml, attributes_key or "attr")


def _element(value: Any, attributes_key: str, depth: int) -> list[str]:
    """The content of an element."""
    if depth > MAX_DEPTH:
        raise PieceError(f"json: is nested deeper than {MAX_DEPTH} levels")
    if value is None:
        return []
    if isinstance(value, list):
        return [part for item in cast("list[Any]", value) for part in _element(item, attributes_key, depth + 1)]
    if not isinstance(value, dict):
        return [escape(value if isinstance(value, str) else json_text(value))]
    members = cast("dict[str, Any]", value)
    parts: list[str] = []
    for name, item in members.items():
        if name == attributes_key and isinstance(item, dict):
            continue
        if name == "#text":
            parts += _element(item, attributes_key, depth + 1)
            continue
        for one in cast("list[Any]", item) if isinstance(item, list) else [item]:
            parts += _tag(name, one, attributes_key, depth)
    return parts


def _tag(name: str, value: Any, attributes_key: str, depth: int) -> list[str]:
    _check_name(name)
    own = cast("dict[str, Any]", value).get(attributes_key) if isinstance(value, dict) else None
    attributes = cast("dict[str, Any]", own) if isinstance(own, dict) else {}
    for attribute in attributes:
        _check_name(attribute)
    written = "".join(f" {key}={quoteattr(item if isinstance(item, str) else json_text(item))}" for key, item in attributes.items())
    content = _element(value, attributes_key, depth + 1)
    return [f"<{name}{written}>", *content, f"</{name}>"] if content else [f"<{name}{written}/>"]


def _check_name(name: str) -> None:
    plain = name.replace(":", "").replace("-", "").replace(".", "").replace("_", "")
    if not name or not (name[0].isalpha() or name[0] == "_") or (plain and not plain.isalnum()):
        raise PieceError(f"json: {name!r} is not a name for an element or attribute")
