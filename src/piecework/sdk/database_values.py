"""What databases give, as JSON."""

import base64
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

LARGEST_EXACT = 2**53 - 1
"""The largest whole number that JavaScript keeps exactly (RFC 8259 §6)."""


def database_value(value: Any) -> Any:
    """A value of a database as JSON: moments as ISO 8601 in UTC, decimals and very large numbers as text, bytes in Base64."""
    match value:
        case None | bool() | str() | float():
            return value
        case int():
            return value if abs(value) <= LARGEST_EXACT else str(value)
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
        case date():
            return f"{value.isoformat()}T00:00:00.000Z"
        case time() | Decimal():
            return str(value)
        case timedelta():
            return _clock(value)
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(value).decode()
        case dict():
            return {str(name): database_value(item) for name, item in cast("dict[Any, Any]", value).items()}
        case list() | tuple() | set() | frozenset():
            return [database_value(item) for item in cast("list[Any]", value)]
        case _:
            return str(value)


def _clock(value: timedelta) -> str:
    """``-12:30:00``: hours may be more than a day's."""
    seconds = abs(value).total_seconds()
    whole = int(seconds)
    fraction = f"{seconds - whole:.6f}"[1:].rstrip("0").rstrip(".")
    return f"{'-' if value < timedelta() else ''}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{fraction}"
