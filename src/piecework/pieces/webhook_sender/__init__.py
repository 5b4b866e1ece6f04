from piecework.pieces.webhook_sender.piece import piece

__all__ = ["piece"]
