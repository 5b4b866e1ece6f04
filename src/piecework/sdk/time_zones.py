"""The time zones that forms offer: 419 names, in the wire's order and with its labels, from ``time_zones.txt``.

The offset in a label is that of July 2023, a hint for the reader; calculations use the IANA rules of today (``zone``).
"""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from piecework.sdk.errors import PieceError
from piecework.sdk.properties import Option


@cache
def time_zone_options() -> tuple[Option, ...]:
    """``(GMT-11:00) Pacific, Midway`` for ``Pacific/Midway``, from west to east."""
    lines = (files("piecework.sdk") / "time_zones.txt").read_text().splitlines()
    return tuple(Option(f"({offset}) {_readable(name)}", name) for offset, name in (line.split("\t") for line in lines))


def _readable(name: str) -> str:
    return name.replace("/", ", ").replace("_", " ").replace("St ", "St. ")


def zone(name: str) -> ZoneInfo:
    """The rules of an IANA time zone. Raises PieceError for a name that there is not."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise PieceError(f"Unknown time zone: {name}") from None
