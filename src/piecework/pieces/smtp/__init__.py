from piecework.pieces.smtp import sending
from piecework.pieces.smtp.piece import piece

__all__ = ["piece", "sending"]
