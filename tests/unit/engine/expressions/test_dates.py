"""Dates, judged by V8's ``Date.parse`` and, where dayjs's own pattern matches, by the fields it takes."""

import random
from typing import Any

import pytest

from piecework.engine.expressions.dates import parse_date, time_of

PARTS = [
    *"1 05 12 31 32 99 2024 1999 0 00 000 123456 24 60 59 0530 - - / : : . + T Z t z am PM Jan march dece GMT UTC EST pdt".split(),  # noqa: SIM905
    *"foo (x) ( (a(b)c) ) [ é Mon @ 1.5".split(),  # noqa: SIM905
    *[" ", " ", ",", "\u00a0"],
]
WHOLE = ["2024-01-15T10:30:15.250+02:00", "Mon, 25 Dec 1995 13:30:00 +0430", "12/25/1995 1:30 pm", "Jan 5 2024 17:30", "2024-01-15T24:00Z"]


def random_texts(count: int) -> list[str]:
    source = random.Random(83)
    texts = ["".join(source.choices(PARTS, k=source.randint(1, 9))) for _ in range(count)]
    for _ in range(count):
        characters = list(source.choice(WHOLE))
        for _ in range(source.randint(1, 3)):
            characters[source.randrange(len(characters))] = source.choice(["", *"0123456789:-/ .+TZ", *PARTS])
        texts.append("".join(characters))
    return texts


# What dayjs does with a text before it hands it to Date: fields of local time, here UTC.
READ = r"""text => {
    const pattern = /^(\d{4})[-/]?(\d{1,2})?[-/]?(\d{0,2})[Tt\s]*(\d{1,2})?:?(\d{1,2})?:?(\d{1,2})?[.:]?(\d+)?$/;
    const match = /Z$/i.test(text) ? null : text.match(pattern);
    if (!match) return Date.parse(text);
    const [, y, m, d, h, i, s, f] = match;
    return new Date(y, (m - 1) || 0, d || 1, h || 0, i || 0, s || 0, (f || '0').substring(0, 3)).getTime();
}"""


def test_texts_are_read_as_v8_reads_them(v8: Any) -> None:
    if v8.evaluate("new Date(2024, 6, 1).getTimezoneOffset()", {})["value"] != 0:
        pytest.skip("V8 reads local times in the machine's zone")
    texts = random_texts(10_000)
    answers = v8.evaluate(f"texts.map({READ})", {"texts": texts})["value"]
    for text, answer in zip(texts, answers, strict=True):
        assert parse_date(text) == (None if answer != answer else answer), text


JANUARY_15 = time_of(2024, 1, 15, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-15",
        "2024/01/15",
        "20240115",
        "2024-01-15T00:00:00Z",
        "2024-01-15T00:00:00.000",
        "2024-01-15 00:00",
        "2024-01-15T05:30:00+05:30",
        "Mon, 15 Jan 2024 00:00:00 GMT",
        "Sun, 14 Jan 2024 19:00:00 -0500",
        "Mon Jan 15 2024 00:00:00 GMT+0000 (Coordinated Universal Time)",
        "01/15/2024",
        "1/15/24",
        "January 15, 2024",
        "15 Jan 2024",
        "Jan 15, 2024 12:00 AM",
    ],
)
def test_accepted_forms(text: str) -> None:
    assert parse_date(text) == JANUARY_15


@pytest.mark.parametrize("value", ["", "yesterday", "15/01/2024", "2024-01-15T25:00:00Z", "null", None, True, [], float("nan"), 8.65e15])
def test_no_dates(value: Any) -> None:
    assert parse_date(value) is None


def test_numbers_are_milliseconds() -> None:
    assert parse_date(0) == 0
    assert parse_date(1705276800000) == JANUARY_15
    assert parse_date(1.9) == 1
    assert parse_date(-1.9) == -1


def test_parts_carry_over() -> None:
    assert parse_date("2024-13-01") == time_of(2025, 1, 1, 0, 0, 0, 0)
    assert parse_date("2024-02-31") == time_of(2024, 3, 2, 0, 0, 0, 0)


def test_years_beyond_four_digits() -> None:
    assert parse_date("+275760-09-13T00:00:00Z") == 8.64e15
    assert parse_date("+275760-09-13T00:00:00.001Z") is None
    assert parse_date("-271821-04-20T00:00:00Z") == -8.64e15
