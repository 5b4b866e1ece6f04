from piecework.pieces.graphql.piece import piece

__all__ = ["piece"]
