from piecework.pieces.notion import actions, triggers
from piecework.pieces.notion.piece import piece

__all__ = ["actions", "piece", "triggers"]
