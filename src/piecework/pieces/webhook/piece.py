"""Webhook: start a flow by an HTTP call, and answer the caller."""

from piecework.sdk import Piece, PieceCategory

piece = Piece(
    "webhook",
    display_name="Webhook",
    version="0.1.33",
    description="Start flows by HTTP calls and answer the callers.",
    categories=[PieceCategory.CORE],
)
