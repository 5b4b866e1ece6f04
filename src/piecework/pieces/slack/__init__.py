from piecework.pieces.slack import channels, messages, triggers
from piecework.pieces.slack.piece import piece

__all__ = ["channels", "messages", "piece", "triggers"]
