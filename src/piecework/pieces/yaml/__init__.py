from piecework.pieces.yaml.piece import piece

__all__ = ["piece"]
