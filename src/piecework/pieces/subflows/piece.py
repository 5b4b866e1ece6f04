"""Sub Flows: flows that other flows call, as functions."""

from piecework.sdk import Piece, PieceCategory

piece = Piece(
    "subflows",
    display_name="Sub Flows",
    version="0.4.12",
    description="Call a flow from another one, and go on with what it answers.",
    categories=[PieceCategory.CORE, PieceCategory.FLOW_CONTROL],
)
