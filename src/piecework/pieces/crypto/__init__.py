from piecework.pieces.crypto.piece import piece

__all__ = ["piece"]
