"""PDF: read, take apart, join and fill in."""

from piecework.sdk import Piece, PieceCategory

piece = Piece(
    "pdf",
    display_name="PDF",
    version="0.2.16",
    description="Read text from PDF files, take them apart, join them and fill in their forms.",
    categories=[PieceCategory.CONTENT_AND_FILES],
)
