from piecework.pieces.google_sheets import reading, sheets, triggers, writing
from piecework.pieces.google_sheets.piece import piece

__all__ = ["piece", "reading", "sheets", "triggers", "writing"]
