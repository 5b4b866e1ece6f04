from piecework.pieces.sftp import actions, triggers
from piecework.pieces.sftp.piece import piece

__all__ = ["actions", "piece", "triggers"]
