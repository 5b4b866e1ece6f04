from piecework.pieces.gitlab import actions, triggers
from piecework.pieces.gitlab.piece import piece

__all__ = ["actions", "piece", "triggers"]
