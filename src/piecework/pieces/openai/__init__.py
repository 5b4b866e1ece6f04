from piecework.pieces.openai import extracting, prompting, reading
from piecework.pieces.openai.piece import piece

__all__ = ["extracting", "piece", "prompting", "reading"]
