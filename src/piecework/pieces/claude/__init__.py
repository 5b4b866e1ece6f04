from piecework.pieces.claude import actions
from piecework.pieces.claude.piece import piece

__all__ = ["actions", "piece"]
