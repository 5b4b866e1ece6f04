from piecework.pieces.sqlite.piece import piece

__all__ = ["piece"]
