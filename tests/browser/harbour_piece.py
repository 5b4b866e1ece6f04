"""A piece for the tests of triggers in the browser, installed as a package of its own: it asks a service every second."""

from typing import Annotated, Any

from piecework.sdk import ById, IntervalSchedule, Piece, PieceError, ShortText, TriggerContext

piece = Piece("harbour", display_name="Harbour", version="1.0.0", description="Ships that come in.")


@piece.poll(dedupe=ById(lambda ship: str(ship["id"])), every=IntervalSchedule(1), display_name="Ship Came In")
async def ship_came_in(ctx: TriggerContext, url: Annotated[str, ShortText("Harbour master's address")]) -> list[dict[str, Any]]:
    """A ship came in."""
    answer = await ctx.http.request("GET", url)
    if answer.status >= 400:
        raise PieceError(f"The harbour master answers {answer.status}")
    return answer.json()
