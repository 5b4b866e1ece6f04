from piecework.pieces.data_summarizer.piece import piece

__all__ = ["piece"]
