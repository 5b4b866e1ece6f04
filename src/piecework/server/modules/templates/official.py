"""The templates that come with the program: everybody on every platform sees them, nobody changes them."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

from piecework.server.kernel.http import Page
from piecework.server.kernel.http.pages import Cursor
from piecework.server.kernel.ids import derived_id
from piecework.server.modules.templates.schemas import Template, TemplateQuery

_FOLDER = Path(__file__).parent / "official"
_PUBLISHED = "2026-11-22T00:00:00.000Z"
"""They come with the program and have no date of their own."""


@cache
def official_templates() -> dict[str, Template]:
    """The templates by id, in the order of their files' names. An id is derived from the name and is the same on every installation."""
    templates = (_template(file.stem, orjson.loads(file.read_bytes())) for file in sorted(_FOLDER.glob("*.json")))
    return {template["id"]: template for template in templates}


def _template(name: str, document: dict[str, Any]) -> Template:
    return {
        "id": derived_id("template", name.partition("-")[2]),
        "created": _PUBLISHED,
        "updated": _PUBLISHED,
        "name": document["name"],
        "summary": document["summary"],
        "description": document["description"],
        "type": "OFFICIAL",
        "status": "PUBLISHED",
        "platformId": None,
        "flows": document["flows"],
        "tables": None,
        "tags": document["tags"],
        "blogUrl": document["blogUrl"],
        "metadata": document["metadata"],
        "author": document["author"],
        "categories": document["categories"],
        "pieces": document["pieces"],
    }


def page_official(query: TemplateQuery) -> Page[Template]:
    """Returns a page of those that fit, the first ones to try first."""
    found = [template for template in official_templates().values() if _fits(template, query)]
    start, end = _window([template["id"] for template in found], query)
    shown = found[start:end]
    return {
        "data": shown,
        "next": Cursor("next", "", shown[-1]["id"]).encode() if shown and end < len(found) else None,
        "previous": Cursor("prev", "", shown[0]["id"]).encode() if shown and start > 0 else None,
    }


def _window(ids: list[str], query: TemplateQuery) -> tuple[int, int]:
    """Which of the templates that were found are on the page; a cursor that means none of them is ignored."""
    cursor = Cursor.decode(query.cursor)
    if cursor is None or cursor.row_id not in ids:
        return 0, query.limit
    position = ids.index(cursor.row_id)
    return (position + 1, position + 1 + query.limit) if cursor.direction == "next" else (max(0, position - query.limit), position)


def _fits(template: Template, query: TemplateQuery) -> bool:
    texts = (template["name"], template["summary"], template["description"])
    titles = {tag.get("title") for tag in template["tags"]}
    return (
        all(piece in template["pieces"] for piece in query.pieces or ())
        and (query.category is None or query.category in template["categories"])
        and (not query.tags or not titles.isdisjoint(query.tags))
        and (not query.search or any(query.search.lower() in text.lower() for text in texts))
    )
