"""XML as JSON. A document with entities of its own is refused: they can make a small one huge, or read the server's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piecework.sdk import PieceError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DEPTH = 200


def read(text: str, attributes_key: str) -> dict[str, Any]:
    """The document as ``{root: content}``. Raises PieceError for what is not XML."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(text.strip().encode() if "encoding=" not in text[:200] else text.strip())
    except ParseError as error:
        raise PieceError(f"xml: not XML: {error}") from None
    except ValueError as error:
        reason = "it declares entities, which are not taken" if isinstance(error, DefusedXmlException) else str(error)
        raise PieceError(f"xml: not read: {reason}") from None
    return {_name(root.tag): _content(root, attributes_key, 0)}


def _content(element: Element, attributes_key: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise PieceError(f"xml: is nested deeper than {MAX_DEPTH} levels")
    found: dict[str, Any] = {}
    if element.attrib:
        found[attributes_key] = {_name(name): value for name, value in element.attrib.items()}
    for child in element:
        name, value = _name(child.tag), _content(child, attributes_key, depth + 1)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    if not found:
        return text
    return {**found, "#text": text} if text else found


def _name(tag: str) -> str:
    """Without the namespace."""
    return tag.rpartition("}")[2]
