from piecework.pieces.github import actions, branches, triggers
from piecework.pieces.github.piece import piece

__all__ = ["actions", "branches", "piece", "triggers"]
