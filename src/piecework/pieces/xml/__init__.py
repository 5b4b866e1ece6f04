from piecework.pieces.xml.piece import piece

__all__ = ["piece"]
