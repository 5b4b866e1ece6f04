from piecework.pieces.rss.piece import piece

__all__ = ["piece"]
