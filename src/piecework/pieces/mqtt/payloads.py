"""What is in a message, in the forms that a step and a flow know."""

import base64
import binascii
import re
from typing import Any

import orjson

from piecework.sdk import LoadedFile, PieceError, json_text

CONTENT_TYPES = {"json": "application/json", "text": "text/plain"}
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def encoded(form: str, value: Any) -> bytes:
    """A message's bytes. Raises PieceError for what is not written in its form."""
    if form == "file":
        if isinstance(value, LoadedFile):
            return value.data
        raise PieceError("payload.file: must be a file")
    if form == "json":
        return json_text(value).encode()
    text = value if isinstance(value, str) else "" if value is None else json_text(value)
    try:
        if form == "base64":
            compact = re.sub(r"\s", "", text).translate(str.maketrans("-_", "+/"))
            return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
        if form == "hex":
            return bytes.fromhex(re.sub(r"[\s:-]", "", text).removeprefix("0x"))
    except (ValueError, binascii.Error):
        raise PieceError(f"payload.{form}: is not written in {form}") from None
    return text.encode()


def decoded(data: bytes, form: str) -> tuple[Any, str]:
    """What is in a message, and in which form. ``auto``: JSON objects and lists, else text, else Base64."""
    match form:
        case "text":
            return data.decode("utf-8", "replace"), "text"
        case "base64":
            return base64.b64encode(data).decode(), "base64"
        case "hex":
            return data.hex(), "hex"
        case "json":
            return _json(data, data.decode("utf-8", "replace"))
        case _:
            text = readable(data)
            if text is None:
                return base64.b64encode(data).decode(), "base64"
            return _json(data, text) if text.lstrip().startswith(("{", "[")) else (text, "text")


def _json(data: bytes, otherwise: str) -> tuple[Any, str]:
    try:
        return orjson.loads(data), "json"
    except orjson.JSONDecodeError:
        return otherwise, "text"


def readable(data: bytes) -> str | None:
    """Bytes as a text for people; None for others."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if CONTROLS.search(text) else text
