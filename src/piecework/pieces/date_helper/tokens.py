"""dayjs's format tokens, both ways.

The wire writes weekdays as ``DDDD`` and ``DDD`` where dayjs says ``dddd`` and ``ddd`` (``DDD`` means nothing else there).
Texts are English, whatever the machine's locale. A text in square brackets stands for itself.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

from piecework.sdk import PieceError

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

FORMATS = {
    "DDD MMM DD YYYY HH:mm:ss": "Sun Sep 17 2023 11:23:58",
    "DDD MMM DD HH:mm:ss YYYY": "Sun Sep 17 11:23:58 2023",
    "MMMM DD YYYY HH:mm:ss": "September 17 2023 11:23:58",
    "MMMM DD YYYY": "September 17 2023",
    "MMM DD YYYY": "Sep 17 2023",
    "YYYY-MM-DDTHH:mm:ss": "2023-09-17T11:23:58",
    "YYYY-MM-DD HH:mm:ss": "2023-09-17 11:23:58",
    "YYYY-MM-DD": "2023-09-17",
    "MM-DD-YYYY": "09-17-2023",
    "MM/DD/YYYY": "09/17/2023",
    "MM/DD/YY": "09/17/23",
    "DD-MM-YYYY": "17-09-2023",
    "DD/MM/YYYY": "17/09/2023",
    "DD/MM/YY": "17/09/23",
    "X": "1694949838",
}
"""The formats that the forms offer, with an example each."""


def _offset(moment: datetime, separator: str) -> str:
    text = moment.strftime("%z") or "+0000"
    return f"{text[:3]}{separator}{text[3:5]}"


def _ordinal(number: int) -> str:
    suffix = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


WRITERS: dict[str, Callable[[datetime], str]] = {
    "YYYY": lambda at: f"{at.year:04}",
    "YY": lambda at: f"{at.year % 100:02}",
    "MMMM": lambda at: MONTHS[at.month - 1],
    "MMM": lambda at: MONTHS[at.month - 1][:3],
    "MM": lambda at: f"{at.month:02}",
    "M": lambda at: str(at.month),
    "DD": lambda at: f"{at.day:02}",
    "Do": lambda at: _ordinal(at.day),
    "D": lambda at: str(at.day),
    "dddd": lambda at: WEEKDAYS[at.weekday()],
    "ddd": lambda at: WEEKDAYS[at.weekday()][:3],
    "dd": lambda at: WEEKDAYS[at.weekday()][:2],
    "d": lambda at: str(at.isoweekday() % 7),
    "HH": lambda at: f"{at.hour:02}",
    "H": lambda at: str(at.hour),
    "hh": lambda at: f"{at.hour % 12 or 12:02}",
    "h": lambda at: str(at.hour % 12 or 12),
    "kk": lambda at: f"{at.hour or 24:02}",
    "k": lambda at: str(at.hour or 24),
    "A": lambda at: "AM" if at.hour < 12 else "PM",
    "a": lambda at: "am" if at.hour < 12 else "pm",
    "mm": lambda at: f"{at.minute:02}",
    "m": lambda at: str(at.minute),
    "ss": lambda at: f"{at.second:02}",
    "s": lambda at: str(at.second),
    "SSS": lambda at: f"{at.microsecond // 1000:03}",
    "ZZ": lambda at: _offset(at, ""),
    "Z": lambda at: _offset(at, ":"),
    "Q": lambda at: str((at.month + 2) // 3),
    "X": lambda at: str(int(at.timestamp())),
    "x": lambda at: str(int(at.timestamp() * 1000)),
}

READERS: dict[str, str] = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short_year>\d{2})",
    "MMMM": rf"(?P<month_name>{'|'.join(MONTHS)})",
    "MMM": rf"(?P<month_name>{'|'.join(month[:3] for month in MONTHS)})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "Do": r"(?P<day>\d{1,2})(?:st|nd|rd|th)",
    "D": r"(?P<day>\d{1,2})",
    "dddd": rf"(?:{'|'.join(WEEKDAYS)})",
    "ddd": rf"(?:{'|'.join(day[:3] for day in WEEKDAYS)})",
    "dd": rf"(?:{'|'.join(day[:2] for day in WEEKDAYS)})",
    "HH": r"(?P<hour>\d{2})",
    "H": r"(?P<hour>\d{1,2})",
    "hh": r"(?P<hour>\d{2})",
    "h": r"(?P<hour>\d{1,2})",
    "A": r"(?P<half>AM|PM)",
    "a": r"(?P<half>am|pm)",
    "mm": r"(?P<minute>\d{2})",
    "m": r"(?P<minute>\d{1,2})",
    "ss": r"(?P<second>\d{2})",
    "s": r"(?P<second>\d{1,2})",
    "SSS": r"(?P<millisecond>\d{3})",
    "ZZ": r"(?P<offset>[+-]\d{4}|Z)",
    "Z": r"(?P<offset>[+-]\d{2}:?\d{2}|Z)",
    "X": r"(?P<unix>-?\d+(?:\.\d+)?)(?![\d/:-])",
    "x": r"(?P<unix_milliseconds>-?\d+)(?![\d/:-])",
}

_TOKEN = re.compile(rf"\[(?P<text>[^\]]*)\]|{'|'.join(sorted(WRITERS, key=len, reverse=True))}")


def normalised(form: str) -> str:
    """The wire's weekday tokens as dayjs's."""
    return form.replace("DDDD", "dddd").replace("DDD", "ddd")


def write(moment: datetime, form: str) -> str:
    """A moment in its own time zone, as the format says."""

    def token(match: re.Match[str]) -> str:
        return match["text"] if match["text"] is not None else WRITERS[match[0]](moment)

    return _TOKEN.sub(token, normalised(form))


def read(text: str, form: str) -> datetime:
    """The wall-clock time that a text says, as a datetime in UTC; an offset in the text is applied first.

    Tried in turn: the format exactly, ISO 8601, the format without regard to leading zeros and case, RFC 2822 and the offered formats.
    Raises PieceError if nothing fits.
    """
    trimmed = text.strip()
    attempts: list[Callable[[], datetime | None]] = [
        lambda: _match(trimmed, form, lenient=False),
        lambda: _in_utc(datetime.fromisoformat(trimmed)),
        lambda: _match(trimmed, form, lenient=True),
        lambda: _in_utc(parsedate_to_datetime(trimmed)),
        *(lambda offered=offered: _match(trimmed, offered, lenient=True) for offered in FORMATS),
    ]
    for attempt in attempts:
        try:
            moment = attempt()
        except (ValueError, KeyError, OverflowError, TypeError, OSError):
            continue
        if moment is not None:
            return moment
    raise PieceError(f"Cannot read the date {text!r} with the format {form!r}")


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _match(text: str, form: str, *, lenient: bool) -> datetime | None:
    match = _reader(normalised(form), lenient).match(text)
    return _assembled(match.groupdict()) if match else None


@cache
def _reader(form: str, lenient: bool) -> re.Pattern[str]:
    """A regular expression for a format. Lenient: one or two digits, any case, anything after it."""
    parts: list[str] = []
    end = 0
    for token in _TOKEN.finditer(form):
        literal = token["text"]
        parts.append(re.escape(form[end : token.start()]))
        parts.append(READERS.get(token[0], ".+?") if literal is None else re.escape(literal))
        end = token.end()
    pattern = "".join([*parts, re.escape(form[end:])])
    if lenient:
        return re.compile(pattern.replace(r"\d{2})", r"\d{1,2})"), re.IGNORECASE)
    return re.compile(pattern + r"\Z")


def _assembled(found: dict[str, str | None]) -> datetime:
    """Raises KeyError for a format without a year."""
    if (unix := found.get("unix")) is not None:
        return datetime.fromtimestamp(float(unix), UTC)
    if (unix := found.get("unix_milliseconds")) is not None:
        return datetime.fromtimestamp(int(unix) / 1000, UTC)
    values = {name: int(value) for name, value in found.items() if value is not None and value.isdigit()}
    year = values.get("year")
    if year is None:
        short = values["short_year"]
        year = short + (1900 if short > 68 else 2000)
    hour, half = values.get("hour", 0), (found.get("half") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    moment = datetime(
        year, _month(found, values), values.get("day", 1), hour, values.get("minute", 0), values.get("second", 0),
        values.get("millisecond", 0) * 1000, UTC,
    )  # fmt: skip
    offset = found.get("offset")
    return _in_utc(datetime.fromisoformat(f"{moment:%Y-%m-%dT%H:%M:%S.%f}{offset}")) if offset else moment


def _month(found: dict[str, str | None], values: dict[str, int]) -> int:
    name = found.get("month_name")
    if not name:
        return values.get("month", 1)
    return next(number for number, month in enumerate(MONTHS, 1) if month.lower().startswith(name.lower()[:3]))
