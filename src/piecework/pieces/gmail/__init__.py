from piecework.pieces.gmail import labels, reading, sending, triggers
from piecework.pieces.gmail.piece import piece

__all__ = ["labels", "piece", "reading", "sending", "triggers"]
