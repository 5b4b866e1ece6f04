from piecework.pieces.data_mapper.piece import piece

__all__ = ["piece"]
