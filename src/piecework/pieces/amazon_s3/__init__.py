from piecework.pieces.amazon_s3 import actions, trigger
from piecework.pieces.amazon_s3.piece import piece

__all__ = ["actions", "piece", "trigger"]
