"""From an HTTP request to the payload that a trigger gets: ``{method, headers, body, queryParams, rawBody}`` (recordings/trigger-events.json).

JSON and forms are parsed, text stays text, anything else becomes a file with its URL as the body. Parts of a multipart form that are files are
replaced by their URLs. ``rawBody`` is the body as text, empty where it is no text.
"""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

import orjson

SaveFile = Callable[[str, str, bytes], Awaitable[str]]
"""(file name, content type, bytes) → the URL under which steps read the file."""

MAX_FIELDS = 10_000


class MalformedBody(ValueError):
    """The body is not what its content type says. The message goes to the caller."""


class PayloadTooLarge(ValueError):
    """The body is larger than AP_MAX_WEBHOOK_PAYLOAD_SIZE_MB."""


def header_map(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; values of one name are joined by a comma, as RFC 9110 §5.3 allows."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def pairs_map(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Fields by name; a name that comes more than once has a list."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return fields


def query_map(query: bytes) -> dict[str, Any]:
    """The query string's parameters."""
    if not query:
        return {}
    return pairs_map(parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_FIELDS))


async def read_payload(
    method: str, raw_headers: Iterable[tuple[bytes, bytes]], query: bytes, body: bytes, save: SaveFile
) -> dict[str, Any]:
    """The payload. Raises MalformedBody."""
    headers = header_map(raw_headers)
    content_type = headers.get("content-type", "")
    try:
        parsed, raw_body = await _body(content_type, body, save)
        parameters = query_map(query)
    except UnicodeDecodeError:
        raise MalformedBody("The body is not valid UTF-8") from None
    except ValueError as error:
        raise MalformedBody(str(error)) from None
    return {"method": method, "headers": headers, "body": parsed, "queryParams": parameters, "rawBody": raw_body}


async def _body(content_type: str, body: bytes, save: SaveFile) -> tuple[Any, str]:
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return {}, ""
    if kind == "application/json" or kind.endswith("+json"):
        return _json(body), body.decode()
    if kind == "application/x-www-form-urlencoded":
        text = body.decode()
        return pairs_map(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)), text
    if kind == "multipart/form-data":
        return await _form(content_type, body, save), ""
    if kind.startswith("text/") or kind in ("application/xml", "application/graphql", ""):
        text = body.decode(_charset(content_type), errors="strict")
        return text, text
    return await save(f"file{_extension(kind)}", kind, body), ""


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"The body is not valid JSON: {error.msg} (character {error.pos})") from None


def _charset(content_type: str) -> str:
    message = Message()
    message["content-type"] = content_type or "text/plain"
    charset = message.get_content_charset("utf-8")
    try:
        "".encode(charset)
    except LookupError:
        raise MalformedBody(f"The charset {charset!r} is not known") from None
    return charset


def _extension(kind: str) -> str:
    return mimetypes.guess_extension(kind) or ".bin"


async def _form(content_type: str, body: bytes, save: SaveFile) -> dict[str, Any]:
    from starlette.datastructures import Headers, UploadFile
    from starlette.formparsers import MultiPartException, MultiPartParser

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        Headers({"content-type": content_type}), whole(), max_files=1000, max_fields=MAX_FIELDS, max_part_size=len(body)
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise MalformedBody(f"The form cannot be read: {error}") from None
    pairs: list[tuple[str, str]] = []
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                kind = value.content_type or "application/octet-stream"
                pairs.append((name, await save(value.filename or "file", kind, await value.read())))
            else:
                pairs.append((name, value))
    finally:
        await form.close()
    return pairs_map(pairs)
