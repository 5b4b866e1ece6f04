"""Dates in other forms: now, another format, single units."""

from datetime import datetime
from typing import Annotated, Any

from piecework.pieces.date_helper.piece import TimeZone, ToFormat, format_field, piece, zone_field
from piecework.pieces.date_helper.tokens import read, write
from piecework.sdk import HIDDEN, ActionContext, PieceError, ShortText, StaticMultiSelect, zone

UNITS = {
    "Year": "year",
    "Month": "month",
    "Day": "day",
    "Hour": "hour",
    "Minute": "minute",
    "Second": "second",
    "Day of Week": "dayOfWeek",
    "Month name": "monthName",
}


@piece.action(name="get_current_date", display_name="Get Current Date", pure=True, error_handling=HIDDEN)
def get_current_date(ctx: ActionContext, timeFormat: ToFormat, timeZone: TimeZone = "UTC") -> dict[str, str]:
    """Give the present date and time."""
    return {"result": write(ctx.now().astimezone(zone(timeZone)), timeFormat)}


@piece.action(name="format_date", display_name="Format Date", pure=True, error_handling=HIDDEN)
def format_date(
    inputDate: Annotated[str, ShortText("Input Date", "The date to convert.")],
    inputFormat: Annotated[str, format_field("From Time Format")],
    *,
    inputTimeZone: Annotated[str, zone_field("From Time Zone")] = "UTC",
    outputFormat: Annotated[str, format_field("To Time Format")],
    outputTimeZone: Annotated[str, zone_field("To Time Zone")] = "UTC",
) -> dict[str, str]:
    """Write a date in another format and time zone."""
    moment = read(inputDate, inputFormat).replace(tzinfo=zone(inputTimeZone))
    return {"result": write(moment.astimezone(zone(outputTimeZone)), outputFormat)}


@piece.action(name="extract_date_parts", display_name="Extract Date Units", pure=True, error_handling=HIDDEN)
def extract_date_parts(
    inputDate: Annotated[str, ShortText("Input Date", "The date to take apart.")],
    inputFormat: Annotated[str, format_field("From Time Format")],
    unitExtract: Annotated[list[str], StaticMultiSelect("Unit to Extract", "The units to give.", options=UNITS, default=["year"])],
) -> dict[str, Any]:
    """Take single units, such as year and weekday, out of a date."""
    moment = read(inputDate, inputFormat)
    return {unit: unit_of(moment, unit) for unit in unitExtract}


def unit_of(moment: datetime, unit: str) -> int | str:
    match unit:
        case "dayOfWeek":
            return write(moment, "dddd")
        case "monthName":
            return write(moment, "MMMM")
        case "year" | "month" | "day" | "hour" | "minute" | "second":
            return getattr(moment, unit)
        case _:
            raise PieceError(f"unitExtract: unknown unit {unit!r}")
