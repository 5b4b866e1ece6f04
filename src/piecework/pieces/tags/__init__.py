from piecework.pieces.tags.piece import piece

__all__ = ["piece"]
