"""The fields of a date text by the rules of V8's ``Date.parse``: ISO 8601, and what V8 accepts beyond it.

A text is read as tokens. As far as it follows ISO 8601 its parts are taken strictly; from the first departure on, the loose rules go on
with what has been read so far. Each composer below gathers one part: day, time, zone.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .javascript import WHITESPACE


class DateFields(NamedTuple):
    """(year, month, day), (hour, minute, second, millisecond) and the offset from UTC; the day may exceed its month."""

    day: tuple[int, int, int]
    time: tuple[int, int, int, int]
    offset_minutes: int


class _Rejected(Exception):
    """The text is no date."""


class _Token(NamedTuple):
    """kind: number | word | space | remark (in parentheses) | symbol | end. ``text`` as read, words lower-cased."""

    kind: str
    text: str

    def is_symbol(self, characters: str) -> bool:
        return self.kind == "symbol" and self.text in characters

    def fixed(self, digits: int) -> int | None:
        """The value of a number written with exactly so many digits."""
        return int(self.text) if self.kind == "number" and len(self.text) == digits else None

    def number(self) -> int:
        return int(self.text.lstrip("0")[:_SIGNIFICANT_DIGITS] or 0)


_SIGNIFICANT_DIGITS: Final = 9
_END = _Token("end", "")
_TOKEN = re.compile(rf"(?P<number>[0-9]+)|(?P<word>[^\0-@{WHITESPACE}]+)|(?P<space>[{WHITESPACE}]+)|(?P<symbol>.)", re.DOTALL)
_MONTHS: Final = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6} | {
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_AMERICAN_ZONES: Final = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_ZONES: Final = {"ut": 0, "utc": 0, "gmt": 0, "z": 0} | _AMERICAN_ZONES
_HALVES: Final = {"am": 0, "pm": 12}


def parse_legacy_date(text: str) -> DateFields | None:
    """The fields of *text*, None if it is no date."""
    try:
        return _Reader(_tokens(text)).read()
    except _Rejected:
        return None


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        if text[position] == "(":
            position = _after_parentheses(text, position)
            tokens.append(_Token("remark", ""))
            continue
        match = _TOKEN.match(text, position)
        assert match is not None  # every character begins a token
        tokens.append(_Token(match.lastgroup or "", match.group().lower()))
        position = match.end()
    return [*tokens, _END]


def _after_parentheses(text: str, position: int) -> int:
    depth = 0
    for end in range(position, len(text)):
        depth += (text[end] == "(") - (text[end] == ")")
        if depth == 0:
            return end + 1
    return len(text)


class _Day:
    """Up to three numbers, and a month by name."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.named_month: int | None = None
        self.is_iso = False

    def add(self, number: int) -> None:
        if len(self.numbers) == 3:
            raise _Rejected
        self.numbers.append(number)

    def fields(self) -> tuple[int, int, int]:
        if not self.numbers:
            raise _Rejected
        first, second, third = (*self.numbers, 1, 1)[:3]
        if self.named_month is not None:
            month = self.named_month
            year, day = (second, first) if 1 <= first <= 31 else (first, second)
        elif self.is_iso or not 1 <= first <= 31:
            year, month, day = first, second, third
        else:
            month, day, year = first, second, third
        if not self.is_iso and 0 <= year <= 99:
            year += 2000 if year <= 49 else 1900
        if not 1 <= month <= 12 or not 1 <= day <= 31:
            raise _Rejected
        return year, month, day


class _Time:
    """Hour, minute, second, millisecond, as far as given."""

    _LIMITS = (24, 59, 59, 999)

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.half: int | None = None

    def add(self, number: int) -> None:
        if len(self.numbers) == 4:
            raise _Rejected
        self.numbers.append(number)

    def finish(self, number: int) -> None:
        """The last number; one beyond the four is dropped."""
        self.numbers = [*self.numbers, number, 0, 0, 0][:4]

    def expects(self, number: int) -> bool:
        """Whether *number* can stand next: only after an hour, and within its limit."""
        return 1 <= len(self.numbers) <= 3 and number <= self._LIMITS[len(self.numbers)]

    def fields(self) -> tuple[int, int, int, int]:
        hour, minute, second, millisecond = (*self.numbers, 0, 0, 0, 0)[:4]
        if self.half is not None:
            if hour > 12:
                raise _Rejected
            hour = hour % 12 + self.half
        within = hour <= 23 and minute <= 59 and second <= 59 and millisecond <= 999
        if not within and (hour, minute, second, millisecond) != (24, 0, 0, 0):
            raise _Rejected
        return hour, minute, second, millisecond


class _Zone:
    """Offset from UTC; without any, local time."""

    def __init__(self) -> None:
        self.sign = 0
        self.hour: int | None = None
        self.minute: int | None = None

    def set(self, hours: int) -> None:
        self.sign, self.hour, self.minute = (-1 if hours < 0 else 1), abs(hours), 0

    def is_utc(self) -> bool:
        return self.hour == 0 and self.minute == 0

    def expects(self, number: int) -> bool:
        return self.hour is not None and self.minute is None and number <= 59

    def offset_minutes(self) -> int:
        return self.sign * ((self.hour or 0) * 60 + (self.minute or 0))


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._position = 0
        self._day, self._time, self._zone = _Day(), _Time(), _Zone()
        self._number_seen = False

    def read(self) -> DateFields:
        token = self._read_iso()
        self._number_seen = bool(self._day.numbers)
        while token.kind != "end":
            self._read_loosely(token)
            token = self._next()
        return DateFields(self._day.fields(), self._time.fields(), self._zone.offset_minutes())

    def _peek(self) -> _Token:
        return self._tokens[self._position]

    def _next(self) -> _Token:
        token = self._tokens[self._position]
        self._position += token is not _END
        return token

    def _skip(self, symbol: str) -> bool:
        found = self._peek().is_symbol(symbol)
        self._position += found
        return found

    def _take(self, digits: int, lowest: int, highest: int) -> int | None:
        """The next token's value if it is a number of so many digits within the bounds."""
        number = self._peek().fixed(digits)
        if number is None or not lowest <= number <= highest:
            return None
        self._next()
        return number

    def _need(self, digits: int, lowest: int, highest: int) -> int:
        number = self._take(digits, lowest, highest)
        if number is None:
            raise _Rejected
        return number

    # --- ISO 8601 ---

    def _read_iso(self) -> _Token:
        """Reads as far as the text is ISO 8601; the first token that is not, for the loose rules, or the end."""
        unread = self._read_iso_day()
        if unread is not None:
            return unread
        if self._peek() == _Token("word", "t"):
            self._next()
            self._read_iso_time()
        elif self._peek().kind == "end":
            self._zone.set(0)
        else:
            return self._next()
        self._day.is_iso = True
        return _END

    def _read_iso_day(self) -> _Token | None:
        """Year, month, day; the token at which the text departs from them, None if it does not."""
        if self._peek().is_symbol("+-"):
            sign = self._next()
            year = self._take(6, 0, 999_999)
            if year is None or (sign.text == "-" and year == 0):
                return sign
            self._day.add(-year if sign.text == "-" else year)
        elif (year := self._take(4, 0, 9999)) is not None:
            self._day.add(year)
        else:
            return self._next()
        for highest in (12, 31):
            if not self._skip("-"):
                break
            number = self._take(2, 1, highest)
            if number is None:
                return self._next()
            self._day.add(number)
        return None

    def _read_iso_time(self) -> None:
        hour = self._need(2, 0, 24)
        full_day = hour == 24
        self._time.add(hour)
        if not self._skip(":"):
            raise _Rejected
        self._time.add(self._need(2, 0, 0 if full_day else 59))
        if self._skip(":"):
            self._time.add(self._need(2, 0, 0 if full_day else 59))
            if self._skip("."):
                self._time.add(self._milliseconds(self._next()))
                if full_day and self._time.numbers[-1]:
                    raise _Rejected
        self._read_iso_zone()
        if self._peek().kind != "end":
            raise _Rejected

    def _read_iso_zone(self) -> None:
        if self._peek() == _Token("word", "z"):
            self._next()
            self._zone.set(0)
        elif self._peek().is_symbol("+-"):
            self._zone.sign = -1 if self._next().text == "-" else 1
            together = self._take(4, 0, 2359)
            if together is not None:
                self._zone.hour, self._zone.minute = divmod(together, 100)
            else:
                self._zone.hour = self._need(2, 0, 23)
                if not self._skip(":"):
                    raise _Rejected
                self._zone.minute = self._need(2, 0, 59)
            if self._zone.minute > 59:
                raise _Rejected

    @staticmethod
    def _milliseconds(token: _Token) -> int:
        """The digits after a decimal point: three count."""
        if token.kind != "number":
            raise _Rejected
        return int(token.text[:3].ljust(3, "0"))

    # --- everything else ---

    def _read_loosely(self, token: _Token) -> None:
        if token.kind == "number":
            self._number_seen = True
            self._read_number(token.number())
        elif token.kind == "word":
            self._read_word(token.text)
        elif token.is_symbol("+-") and (self._zone.is_utc() or self._time.numbers):
            self._read_offset(-1 if token.text == "-" else 1)
        elif token.is_symbol("+-)") and self._number_seen:
            raise _Rejected

    def _read_number(self, number: int) -> None:
        if self._skip(":"):
            self._read_before_colon(number)
        elif self._peek().is_symbol(".") and self._time.expects(number):
            self._next()
            self._time.add(number)
            self._time.finish(self._milliseconds(self._next()))
        elif self._skip(".") and self._time.expects(number):
            raise _Rejected
        elif self._zone.expects(number):
            self._zone.minute = number
        elif self._time.expects(number):
            self._time.finish(number)
            following = self._peek()
            if following.kind not in ("end", "space") and following != _Token("word", "z") and not following.is_symbol("+-"):
                raise _Rejected
        else:
            self._day.add(number)
            self._skip("-")

    def _read_before_colon(self, number: int) -> None:
        if self._skip(":"):  # two colons: an hour and no minutes
            if self._time.numbers:
                raise _Rejected
            self._time.add(number)
            self._time.add(0)
        else:
            self._time.add(number)
            self._skip(".")

    def _read_word(self, word: str) -> None:
        if word in _HALVES and self._time.numbers:
            self._time.half = _HALVES[word]
        elif word[:3] in _MONTHS:
            self._day.named_month = _MONTHS[word[:3]]
            self._skip("-")
        elif word in _ZONES and self._number_seen:
            self._zone.set(_ZONES[word])
        elif self._number_seen or self._peek().kind == "number":
            raise _Rejected

    def _read_offset(self, sign: int) -> None:
        self._zone.sign = sign
        token = self._next() if self._peek().kind == "number" else _Token("number", "")
        self._number_seen = True
        if self._peek().is_symbol(":"):
            self._zone.hour, self._zone.minute = token.number(), None
        elif len(token.text) in (1, 2):
            self._zone.hour, self._zone.minute = token.number(), 0
        elif len(token.text) in (3, 4):
            self._zone.hour, self._zone.minute = divmod(token.number(), 100)
        else:
            raise _Rejected
