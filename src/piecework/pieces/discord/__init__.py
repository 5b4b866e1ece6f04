from piecework.pieces.discord import channels, members, messages, triggers
from piecework.pieces.discord.piece import piece

__all__ = ["channels", "members", "messages", "piece", "triggers"]
