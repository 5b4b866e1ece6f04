"""The table of store entries (spec/model.md §1)."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from piecework.server.kernel.db import Id, Json, entity_columns, metadata

store_entry = Table(
    "store-entry",
    metadata,
    *entity_columns(),
    Column("key", String(128), nullable=False),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), nullable=False),
    Column("value", Json),
    Index("uq_store_entry_projectId_key", "projectId", "key", unique=True),
)
