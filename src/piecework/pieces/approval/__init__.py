from piecework.pieces.approval.piece import piece

__all__ = ["piece"]
