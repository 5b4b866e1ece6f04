from piecework.pieces.rabbitmq import sending, triggers
from piecework.pieces.rabbitmq.piece import piece

__all__ = ["piece", "sending", "triggers"]
