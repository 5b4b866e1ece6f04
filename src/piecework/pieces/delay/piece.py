"""Delay: let a run sleep. Every delay is a durable pause: a sleeping run holds no worker and survives a restart."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from piecework.sdk import HIDDEN, ActionContext, DateTime, DelayPause, Markdown, Number, Piece, PieceCategory, PieceError, StaticDropdown

piece = Piece(
    "delay",
    display_name="Delay",
    version="0.3.27",
    description="Wait before the next step.",
    categories=[PieceCategory.CORE, PieceCategory.FLOW_CONTROL],
)

LIMIT_NOTE = "How long a flow may sleep is limited by the platform (30 days unless its operator says otherwise)."
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


@piece.action(name="delayFor", display_name="Delay For", error_handling=HIDDEN)
def delay_for(
    ctx: ActionContext,
    *,
    markdown: Annotated[None, Markdown(None, LIMIT_NOTE)] = None,
    unit: Annotated[
        str,
        StaticDropdown(
            "Unit",
            "The unit of the amount.",
            options={"Seconds": "seconds", "Minutes": "minutes", "Hours": "hours", "Days": "days"},
            required=True,
        ),
    ] = "seconds",
    delayFor: Annotated[float, Number("Amount", "How many of them to wait.")],
) -> dict[str, Any]:
    """Wait for a given time, then go on."""
    if unit not in SECONDS:
        raise PieceError(f"unit: unknown unit {unit!r}")
    if delayFor < 0:
        raise PieceError("delayFor: must not be negative")
    seconds = delayFor * SECONDS[unit]
    done = {"delayForInMs": round(seconds * 1000), "success": True}
    if ctx.execution_type == "RESUME" or ctx.test or not seconds:
        return done
    try:
        until = ctx.now() + timedelta(seconds=seconds)
    except OverflowError:
        raise PieceError("delayFor: too long") from None
    ctx.run.pause(DelayPause(until, seconds))
    return {}


@piece.action(name="delay_until", display_name="Delay Until", error_handling=HIDDEN)
def delay_until(
    ctx: ActionContext,
    *,
    markdown: Annotated[None, Markdown(None, LIMIT_NOTE)] = None,
    delayUntilTimestamp: Annotated[
        str,
        DateTime("Date and Time", "The moment at which to go on, as an ISO date; without an offset it is UTC. A past one does not wait."),
    ],
) -> dict[str, Any]:
    """Wait until a given moment, then go on."""
    until = datetime.fromisoformat(delayUntilTimestamp)
    if ctx.execution_type == "BEGIN" and not ctx.test and until > ctx.now():
        ctx.run.pause(DelayPause(until))
        return {}
    return {"delayTill": delayUntilTimestamp, "success": True}
