"""A feed's items: RSS 2.0, RSS 1.0 and Atom (RFC 4287), with the field names of the wire."""

from datetime import UTC, datetime
from typing import Any

from piecework.sdk import PieceError

MAX_ITEMS = 500


def items_of(document: bytes) -> list[dict[str, Any]]:
    """The items in the order of the document. Raises PieceError for what is no feed."""
    import feedparser
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        fromstring(document)
    except DefusedXmlException:
        raise PieceError("The feed declares entities, which are not taken") from None
    except (SyntaxError, ValueError):
        pass  # many feeds are not quite XML, and their reader forgives that
    feed = feedparser.parse(document)
    if not feed.version and not feed.entries:
        raise PieceError("There is no RSS or Atom feed at this address")
    meta = {"title": feed.feed.get("title"), "description": feed.feed.get("subtitle"), "link": feed.feed.get("link"),
            "language": feed.feed.get("language"), "#type": "atom" if feed.version.startswith("atom") else "rss"}  # fmt: skip
    return [_item(entry, meta) for entry in feed.entries[:MAX_ITEMS]]


def _item(entry: Any, meta: dict[str, Any]) -> dict[str, Any]:
    content = next((part.get("value") for part in entry.get("content", [])), None)
    updated = _moment(entry["updated_parsed"]) if "updated_parsed" in entry else None
    published = _moment(entry["published_parsed"]) if "published_parsed" in entry else updated
    return {
        "title": entry.get("title"),
        "description": content or entry.get("summary"),
        "summary": entry.get("summary"),
        "date": updated or published,
        "pubdate": published,
        "pubDate": published,
        "link": entry.get("link"),
        "guid": entry.get("id") or entry.get("link"),
        "author": entry.get("author"),
        "comments": entry.get("comments"),
        "categories": [tag.get("term") for tag in entry.get("tags", [])],
        "enclosures": [
            {"url": item.get("href"), "type": item.get("type"), "length": item.get("length")} for item in entry.get("enclosures", [])
        ],
        "meta": meta,
    }


def _moment(parsed: Any) -> str | None:
    """feedparser's times are in UTC."""
    if not parsed:
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    except ValueError:
        return None
