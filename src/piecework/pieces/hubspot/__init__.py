from piecework.pieces.hubspot import records, triggers
from piecework.pieces.hubspot.piece import piece

__all__ = ["piece", "records", "triggers"]
