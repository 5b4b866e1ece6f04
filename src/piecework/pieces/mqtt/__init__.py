from piecework.pieces.mqtt import publishing, triggers
from piecework.pieces.mqtt.piece import piece

__all__ = ["piece", "publishing", "triggers"]
