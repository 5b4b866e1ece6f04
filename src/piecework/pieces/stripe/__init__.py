from piecework.pieces.stripe import actions, triggers
from piecework.pieces.stripe.piece import piece

__all__ = ["actions", "piece", "triggers"]
