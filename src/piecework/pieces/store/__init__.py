from piecework.pieces.store.piece import piece

__all__ = ["piece"]
