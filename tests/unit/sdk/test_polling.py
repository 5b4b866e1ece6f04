"""Cursors: whatever a source shows in which answer, each item is new exactly once, in the order of time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from piecework.sdk import ById, ByTime
from piecework.sdk.polling import REMEMBERED_IDS, advance
from piecework.spec import jsons

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
BY_TIME = ByTime(lambda item: BEGINNING + timedelta(seconds=item["second"]))
BY_ID = ById(lambda item: str(item["number"]))


class Source:
    """Grows by some items a step; a second may go on after a poll has seen a part of its items."""

    def __init__(self, *, with_id: bool) -> None:
        self.items: list[dict[str, Any]] = []
        self._with_id = with_id
        self._second = 0

    def grow(self, seconds: list[bool]) -> None:
        """One item each; True: a second later than the one before."""
        for later in seconds:
            self._second += later
            number = len(self.items)
            self.items.append({"number": number, "second": self._second} | ({"id": number} if self._with_id else {}))

    def shown(self, since: Any) -> list[dict[str, Any]]:
        """Newest first, from the newest known moment on, as a filter of a service gives them."""
        return [item for item in reversed(self.items) if since is None or BEGINNING + timedelta(seconds=item["second"]) >= since]


def kept(cursor: Any) -> Any:
    """What the store gives back."""
    return jsons.loads(jsons.dumps(cursor))


growth = st.lists(st.lists(st.booleans(), max_size=6), max_size=8)


@given(st.booleans(), growth, growth)
def test_by_time_each_item_is_new_once(with_id: bool, old: list[list[bool]], new: list[list[bool]]) -> None:
    source = Source(with_id=with_id)
    for seconds in old:
        source.grow(seconds)
    known = len(source.items)
    cursor = kept(advance(BY_TIME, source.shown(None), None).cursor)
    given_out: list[int] = []
    for seconds in new:
        source.grow(seconds)
        since = None if cursor["at"] is None else datetime.fromisoformat(cursor["at"])
        progress = advance(BY_TIME, source.shown(since), cursor)
        again = advance(BY_TIME, source.shown(since), kept(progress.cursor))
        assert again.fresh == [], "the same answer has nothing new"
        assert kept(again.cursor) == kept(progress.cursor)
        given_out += [item["number"] for item in progress.fresh]
        cursor = kept(progress.cursor)
    assert given_out == list(range(known, len(source.items)))


@given(growth, st.integers(0, 3))
def test_by_id_each_item_is_new_once_though_a_page_shows_it_twice(new: list[list[bool]], overlap: int) -> None:
    source = Source(with_id=False)
    source.grow([True] * 3)
    cursor = kept(advance(BY_ID, source.shown(None), None).cursor)
    given_out: list[int] = []
    for seconds in new:
        source.grow(seconds)
        shown = source.shown(None)
        progress = advance(BY_ID, shown[: len(shown) // 2 + overlap] + shown[len(shown) // 2 :], cursor)
        given_out += [item["number"] for item in progress.fresh]
        cursor = kept(progress.cursor)
    assert given_out == list(range(3, len(source.items)))


def test_a_source_that_was_empty_at_first_begins_with_its_first_item_whatever_its_clock_says() -> None:
    cursor = advance(BY_TIME, [], None).cursor
    assert advance(BY_TIME, [{"second": -90_000, "number": 1}], cursor).fresh == [{"second": -90_000, "number": 1}]


def test_an_item_of_the_newest_moment_that_changes_is_not_new() -> None:
    cursor = advance(BY_TIME, [{"second": 5, "name": "a"}], None).cursor
    assert advance(BY_TIME, [{"second": 5, "name": "b"}], cursor).fresh == []
    two = advance(BY_TIME, [{"second": 5, "name": "c"}, {"second": 5, "name": "b"}], cursor)
    assert len(two.fresh) == 1


def test_a_source_may_leave_out_what_is_not_later_than_the_newest() -> None:
    cursor = advance(BY_TIME, [{"second": 5, "id": 1}], None).cursor
    cursor = advance(BY_TIME, [], cursor).cursor
    assert advance(BY_TIME, [{"second": 5, "id": 1}], cursor).fresh == []


def test_cursors_of_earlier_releases_go_on() -> None:
    earlier = (BEGINNING + timedelta(seconds=5)).isoformat()
    progress = advance(BY_TIME, [{"second": 6, "id": 2}, {"second": 5, "id": 1}], earlier)
    assert progress.fresh == [{"second": 6, "id": 2}]
    assert advance(BY_ID, [{"number": 2}, {"number": 1}], ["1"]).fresh == [{"number": 2}]


def test_more_items_than_are_remembered_beyond_an_answer() -> None:
    many = [{"number": number} for number in range(REMEMBERED_IDS + 500)]
    cursor = advance(BY_ID, many, None).cursor
    assert advance(BY_ID, many, cursor).fresh == []


def test_long_ids_are_kept_short() -> None:
    long = [{"number": "x" * 500}]
    cursor = advance(BY_ID, long, None).cursor
    assert len(cursor[0]) == 64
    assert advance(BY_ID, long, cursor).fresh == []
