from piecework.pieces.telegram_bot import actions, chats, media, triggers
from piecework.pieces.telegram_bot.piece import piece

__all__ = ["actions", "chats", "media", "piece", "triggers"]
