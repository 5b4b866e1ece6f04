"""The table of templates (spec/model.md §3)."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from piecework.server.kernel.db import Id, Json, entity_columns, metadata

template = Table(
    "template",
    metadata,
    *entity_columns(),
    Column("name", String, nullable=False),
    Column("summary", String, nullable=False),
    Column("description", String, nullable=False),
    Column("type", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("platformId", Id, ForeignKey("platform.id", ondelete="CASCADE"), nullable=False),
    Column("flows", Text, nullable=False, comment="JSON text: it goes out as it is"),
    Column("tables", Json),
    Column("tags", Json, nullable=False),
    Column("blogUrl", String),
    Column("metadata", Json),
    Column("author", String, nullable=False),
    Column("categories", Json, nullable=False),
    Column("pieces", Json, nullable=False),
    Index("ix_template_platformId_created", "platformId", "created", "id"),
)
