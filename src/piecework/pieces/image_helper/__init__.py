from piecework.pieces.image_helper import changing, reading
from piecework.pieces.image_helper.piece import piece

__all__ = ["changing", "piece", "reading"]
