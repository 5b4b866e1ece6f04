"""The table of folders (spec/model.md §1)."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from piecework.server.kernel.db import Id, entity_columns, metadata

folder = Table(
    "folder",
    metadata,
    *entity_columns(),
    Column("displayName", String, nullable=False),
    Column("nameKey", String, nullable=False, comment="displayName, case-folded: names differ in more than case"),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), nullable=False),
    Column("displayOrder", Integer, nullable=False),
    Index("uq_folder_projectId_nameKey", "projectId", "nameKey", unique=True),
    Index("ix_folder_projectId_created", "projectId", "created", "id"),
)
