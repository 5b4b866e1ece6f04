from piecework.pieces.redis import actions
from piecework.pieces.redis.piece import piece

__all__ = ["actions", "piece"]
