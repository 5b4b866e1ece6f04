from piecework.pieces.file_helper import archives, contents
from piecework.pieces.file_helper.piece import piece

__all__ = ["archives", "contents", "piece"]
