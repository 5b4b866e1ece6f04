from piecework.pieces.json.piece import piece

__all__ = ["piece"]
