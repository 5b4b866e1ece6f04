import pytest

from piecework.pieces.rss import piece
from piecework.sdk import PieceError
from piecework.sdk.testing import FakeTriggerContext, Reply, ScriptedHttp, run_trigger

ITEM = """<item><title>{0}</title><link>https://n.example/{0}</link><guid>{0}</guid><description>&lt;b&gt;x&lt;/b&gt;</description>
<pubDate>Thu, 15 Jan 2026 1{0}:00:00 +0100</pubDate><category>c</category>
<enclosure url="https://n.example/a.mp3" type="audio/mpeg" length="9"/></item>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><id>urn:1</id><title>Ünsal</title><link href="https://a.example/1"/>
<updated>2026-01-15T10:00:00Z</updated><content type="html">body</content><author><name>Ada</name></author></entry></feed>"""
BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb">]><rss version="2.0"><channel><title>&b;</title></channel></rss>'


def rss(*numbers: int) -> str:
    return f'<rss version="2.0"><channel><title>News</title>{"".join(ITEM.format(number) for number in numbers)}</channel></rss>'


async def test_each_new_item_starts_the_flow_once() -> None:
    http = ScriptedHttp(Reply(200, rss(1)), Reply(200, rss(3, 2, 1)), Reply(200, rss(3, 2, 1)))
    ctx = FakeTriggerContext(http=http)
    given, trigger = {"rss_feed_url": "https://n.example/feed"}, piece.triggers["new-item"]
    await trigger.on_enable(ctx, trigger.process(given, {}))
    found = await run_trigger(piece, "new-item", given, ctx)
    assert [item["title"] for item in found] == ["2", "3"]
    assert found[0]["pubDate"] == found[0]["pubdate"] == "2026-01-15T11:00:00.000Z"
    assert (found[0]["guid"], found[0]["categories"], found[0]["meta"]["title"]) == ("2", ["c"], "News")
    assert found[0]["enclosures"] == [{"url": "https://n.example/a.mp3", "type": "audio/mpeg", "length": "9"}]
    assert await run_trigger(piece, "new-item", given, ctx) == []


async def test_several_feeds_of_which_one_fails() -> None:
    http = ScriptedHttp(Reply(500, "no"), Reply(200, ATOM))
    given = {"rss_feed_urls": ["https://a.example/x", "https://a.example/y"]}
    (item,) = await run_trigger(piece, "new-item-list", given, FakeTriggerContext(http=http))
    assert (item["title"], item["author"], item["description"], item["guid"]) == ("Ünsal", "Ada", "body", "urn:1")


@pytest.mark.parametrize(
    ("reply", "message"),
    [(Reply(404, ""), "answers 404"), (Reply(200, "<html><body>hi"), "no RSS or Atom"), (Reply(200, BOMB), "entities")],
)
async def test_what_is_no_feed(reply: Reply, message: str) -> None:
    with pytest.raises(PieceError, match=message):
        await run_trigger(piece, "new-item", {"rss_feed_url": "https://n.example/feed"}, FakeTriggerContext(http=ScriptedHttp(reply)))


async def test_only_http() -> None:
    with pytest.raises(PieceError, match="not an http"):
        await run_trigger(piece, "new-item", {"rss_feed_url": "file:///etc/passwd"}, FakeTriggerContext())
