from piecework.pieces.mysql import queries, tables
from piecework.pieces.mysql.piece import piece

__all__ = ["piece", "queries", "tables"]
