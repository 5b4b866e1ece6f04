from piecework.pieces.math_helper.piece import piece

__all__ = ["piece"]
