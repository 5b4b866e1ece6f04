"""Human Input: flows that begin with a form or a chat on a page of this server, and answer there."""

from piecework.sdk import Piece, PieceCategory

piece = Piece(
    "forms",
    display_name="Human Input",
    version="0.4.17",
    versions=">=0.4.0,<1.0.0",
    description="Begin a flow with a form or a chat, and answer the person there.",
    categories=[PieceCategory.CORE],
)
