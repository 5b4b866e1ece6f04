"""Files Helper: read, make, convert and pack files."""

from piecework.sdk import Piece, PieceCategory

piece = Piece(
    "file-helper",
    display_name="Files Helper",
    version="0.1.23",
    description="Read, make, convert and pack files.",
    categories=[PieceCategory.CORE],
)
