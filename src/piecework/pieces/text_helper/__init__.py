from piecework.pieces.text_helper import markup, patterns, plain
from piecework.pieces.text_helper.piece import piece

__all__ = ["markup", "patterns", "piece", "plain"]
