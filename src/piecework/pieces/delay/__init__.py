from piecework.pieces.delay.piece import piece

__all__ = ["piece"]
