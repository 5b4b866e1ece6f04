from piecework.pieces.ssh import actions
from piecework.pieces.ssh.piece import piece

__all__ = ["actions", "piece"]
