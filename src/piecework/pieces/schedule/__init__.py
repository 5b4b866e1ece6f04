from piecework.pieces.schedule.piece import piece

__all__ = ["piece"]
