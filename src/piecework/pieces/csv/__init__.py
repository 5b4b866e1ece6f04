from piecework.pieces.csv.piece import piece

__all__ = ["piece"]
