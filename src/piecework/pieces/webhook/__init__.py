from piecework.pieces.webhook import actions, trigger
from piecework.pieces.webhook.piece import piece

__all__ = ["actions", "piece", "trigger"]
