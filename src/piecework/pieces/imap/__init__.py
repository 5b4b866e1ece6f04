from piecework.pieces.imap import actions, trigger
from piecework.pieces.imap.piece import piece

__all__ = ["actions", "piece", "trigger"]
