"""Time as it is stored and as it travels: UTC text in milliseconds, `2026-11-22T01:10:14.675Z`.

Timestamps are kept as this text in every table: it sorts like time and needs no conversion on the way out.
"""

from datetime import UTC, datetime


def now_iso() -> str:
    """Returns the present moment as timestamp text."""
    return to_iso(datetime.now(UTC))


def to_iso(moment: datetime) -> str:
    """Returns the timestamp text of an aware datetime, cut (not rounded) to milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def iso_of(milliseconds: float) -> str:
    """Returns the timestamp text of milliseconds since 1970."""
    return to_iso(datetime.fromtimestamp(milliseconds / 1000, UTC))


def from_iso(text: str) -> datetime:
    """Returns the aware datetime of timestamp text. Raises ValueError when it is none."""
    return datetime.fromisoformat(text).astimezone(UTC)
