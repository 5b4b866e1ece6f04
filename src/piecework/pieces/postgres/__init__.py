from piecework.pieces.postgres import queries, triggers
from piecework.pieces.postgres.piece import piece

__all__ = ["piece", "queries", "triggers"]
