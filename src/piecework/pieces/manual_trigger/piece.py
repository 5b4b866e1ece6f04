"""Manual Trigger: a flow that a person starts."""

from typing import Annotated, Any

from piecework.sdk import Markdown, Piece, PieceCategory, TriggerContext

piece = Piece(
    "manual-trigger",
    display_name="Manual Trigger",
    version="0.0.7",
    description="Start a flow by hand.",
    categories=[PieceCategory.CORE],
)

NOTE = "Publish the flow, then start it with *Run Flow*."


@piece.manual_trigger(name="manual_trigger", display_name="Manual Trigger", sample_data={})
def manual_trigger(ctx: TriggerContext, markdown: Annotated[None, Markdown(None, NOTE)] = None) -> list[Any]:
    """Start the flow whenever someone asks for it."""
    return [ctx.payload or {}]
