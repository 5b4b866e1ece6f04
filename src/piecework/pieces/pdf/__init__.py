from piecework.pieces.pdf import actions
from piecework.pieces.pdf.piece import piece

__all__ = ["actions", "piece"]
