from piecework.pieces.manual_trigger.piece import piece

__all__ = ["piece"]
