from piecework.pieces.subflows import actions, trigger
from piecework.pieces.subflows.piece import piece

__all__ = ["actions", "piece", "trigger"]
