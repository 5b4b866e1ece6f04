"""RSS: new items of RSS and Atom feeds."""

import asyncio
from typing import Annotated, Any

from piecework.pieces.rss.reading import items_of
from piecework.sdk import Array, ById, Piece, PieceCategory, PieceError, ShortText, TriggerContext

piece = Piece(
    "rss",
    display_name="RSS Feed",
    version="0.4.9",
    description="Start flows on new items of a feed.",
    categories=[PieceCategory.CONTENT_AND_FILES],
)

SECONDS = 60


def identity(item: dict[str, Any]) -> str:
    """What tells an item from others."""
    return str(item["guid"] or item["link"] or item["title"])


async def fetched(ctx: TriggerContext, url: str) -> list[dict[str, Any]]:
    """The items of a feed, newest first."""
    if not url.startswith(("http://", "https://")):
        raise PieceError(f"{url!r} is not an http(s) address")
    answer = await ctx.http.request("GET", url, timeout=SECONDS, follow_redirects=True)
    if answer.status >= 400:
        raise PieceError(f"The feed {url} answers {answer.status}")
    found = await asyncio.to_thread(items_of, answer.content)
    return sorted(found, key=lambda item: item["pubdate"] or "", reverse=True)


@piece.poll(name="new-item", display_name="New Item In Feed", dedupe=ById(identity))
async def new_item(
    ctx: TriggerContext, rss_feed_url: Annotated[str, ShortText("RSS Feed URL", "The address of an RSS or Atom feed.")]
) -> list[dict[str, Any]]:
    """Starts for each new item of a feed."""
    return await fetched(ctx, rss_feed_url)


@piece.poll(name="new-item-list", display_name="New Items in Multiple Feeds", dedupe=ById(identity))
async def new_item_list(
    ctx: TriggerContext, rss_feed_urls: Annotated[list[Any], Array("RSS Feed URLs", "The addresses of RSS or Atom feeds.")]
) -> list[dict[str, Any]]:
    """Starts for each new item of one of several feeds. A feed that cannot be read waits for the next poll."""
    answers = await asyncio.gather(*(fetched(ctx, str(url)) for url in rss_feed_urls), return_exceptions=True)
    read = [answer for answer in answers if isinstance(answer, list)]
    failures = [answer for answer in answers if isinstance(answer, BaseException)]
    if failures and not read:
        raise failures[0]
    return [item for feed in read for item in feed]
