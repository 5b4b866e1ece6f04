"""HTTP: call any API."""

from piecework.sdk import Piece, PieceCategory

piece = Piece(
    "http",
    display_name="HTTP",
    version="0.11.9",
    description="Call any HTTP API, and take URLs apart.",
    categories=[PieceCategory.CORE],
)
