"""Date Helper: format, calculate and find dates. Formats are written in dayjs's tokens."""

from typing import Annotated

from piecework.pieces.date_helper.tokens import FORMATS
from piecework.sdk import Checkbox, Option, Piece, PieceCategory, ShortText, StaticDropdown, time_zone_options

piece = Piece(
    "date-helper",
    display_name="Date Helper",
    version="0.1.27",
    description="Format, calculate and find dates.",
    categories=[PieceCategory.CORE],
)

FORMAT_HELP = """How the date is written:

| | |
|---|---|
| YYYY, YY | year (2023, 23) |
| MMMM, MMM, MM | month (September, Sep, 09) |
| DDDD, DDD | day of the week (Sunday, Sun) |
| DD | day (17) |
| HH, mm, ss | hour, minute, second |
| X | seconds since 1970 |
"""
DEFAULT_FORMAT = "DDD MMM DD YYYY HH:mm:ss"
FORMAT_OPTIONS = tuple(
    Option(f"{form} ({example}){' ' if 'T' in form else ''}", form) for form, example in FORMATS.items()
)  # the wire's label of the form with a T ends with a blank


def format_field(title: str, default: str = DEFAULT_FORMAT) -> StaticDropdown:
    return StaticDropdown(title, FORMAT_HELP, options=FORMAT_OPTIONS, required=True, default=default)


def zone_field(title: str) -> StaticDropdown:
    return StaticDropdown(title, options=time_zone_options, required=True)


ToFormat = Annotated[str, format_field("To Time Format")]
TimeZone = Annotated[str, zone_field("Time Zone")]
TimeOfDay = Annotated[str, ShortText("24h Time", "The time of day of the result, such as `09:30`.", required=False)]
CurrentTime = Annotated[bool, Checkbox("Use Current Time", "Take the present time of day instead of the one above.")]
