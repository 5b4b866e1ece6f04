from piecework.pieces.forms import actions, triggers
from piecework.pieces.forms.piece import piece

__all__ = ["actions", "piece", "triggers"]
