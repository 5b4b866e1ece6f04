from piecework.pieces.trello import cards, triggers
from piecework.pieces.trello.piece import piece

__all__ = ["cards", "piece", "triggers"]
