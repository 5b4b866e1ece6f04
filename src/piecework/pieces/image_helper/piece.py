"""Image Helper: what is in an image, and other images made of it."""

from piecework.sdk import Piece, PieceCategory

piece = Piece(
    "image-helper",
    display_name="Image Helper",
    version="0.1.21",
    description="Crop, turn, resize, compress and convert images, and read what they say of themselves.",
    categories=[PieceCategory.CORE],
)
