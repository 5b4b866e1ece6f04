"""Tables of tags (spec/model.md §1)."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from piecework.server.kernel.db import Id, entity_columns, metadata

tag = Table(
    "tag",
    metadata,
    *entity_columns(),
    Column("platformId", Id, ForeignKey("platform.id", ondelete="CASCADE"), nullable=False),
    Column("name", String, nullable=False),
    Index("uq_tag_platformId_name", "platformId", "name", unique=True),
)

piece_tag = Table(
    "piece_tag",
    metadata,
    *entity_columns(),
    Column("platformId", Id, ForeignKey("platform.id", ondelete="CASCADE"), nullable=False),
    Column("pieceName", String, nullable=False),
    Column("tagId", Id, ForeignKey("tag.id", ondelete="CASCADE"), nullable=False),
    Index("uq_piece_tag_tagId_pieceName", "tagId", "pieceName", unique=True),
)
