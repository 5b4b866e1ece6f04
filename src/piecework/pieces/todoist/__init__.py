from piecework.pieces.todoist import actions, triggers
from piecework.pieces.todoist.piece import piece

__all__ = ["actions", "piece", "triggers"]
