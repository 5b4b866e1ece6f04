from piecework.pieces.date_helper import calculating, converting, finding
from piecework.pieces.date_helper.piece import piece

__all__ = ["calculating", "converting", "finding", "piece"]
