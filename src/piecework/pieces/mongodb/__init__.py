from piecework.pieces.mongodb import reading, writing
from piecework.pieces.mongodb.piece import piece

__all__ = ["piece", "reading", "writing"]
