"""Text Helper: cut, join, search and convert text."""

from piecework.sdk import Piece, PieceCategory

piece = Piece(
    "text-helper",
    display_name="Text Helper",
    version="0.4.15",
    description="Cut, join, search and convert text.",
    categories=[PieceCategory.CORE],
)
