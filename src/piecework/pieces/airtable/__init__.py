from piecework.pieces.airtable import actions, triggers
from piecework.pieces.airtable.piece import piece

__all__ = ["actions", "piece", "triggers"]
