import re
from datetime import UTC, datetime, timedelta, timezone

from piecework.server.kernel.clock import from_iso, iso_of, now_iso, to_iso
from piecework.server.kernel.ids import ID_PATTERN, new_id


def test_ids_have_the_wires_form_and_use_every_character() -> None:
    ids = [new_id() for _ in range(2000)]
    assert all(re.match(ID_PATTERN, one) for one in ids)
    assert len(set(ids)) == len(ids)
    assert len(set("".join(ids))) == 62


def test_timestamps_are_utc_text_in_milliseconds() -> None:
    moment = datetime(2026, 11, 22, 2, 10, 14, 675_999, tzinfo=timezone(timedelta(hours=1)))
    assert to_iso(moment) == "2026-11-22T01:10:14.675Z"
    assert to_iso(moment.replace(microsecond=0)) == "2026-11-22T01:10:14.000Z"
    assert from_iso("2026-11-22T01:10:14.675Z") == datetime(2026, 11, 22, 1, 10, 14, 675_000, tzinfo=UTC)
    assert iso_of(moment.timestamp() * 1000) == to_iso(moment)
    assert abs(from_iso(now_iso()) - datetime.now(UTC)) < timedelta(minutes=1)
