from piecework.pieces.http import parsing, sending
from piecework.pieces.http.piece import piece

__all__ = ["parsing", "piece", "sending"]
