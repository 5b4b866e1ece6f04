"""The table of files (spec/model.md §1)."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from piecework.server.kernel.db import Blob, Id, Json, entity_columns, metadata

file = Table(
    "file",
    metadata,
    *entity_columns(),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE")),
    Column("platformId", Id, ForeignKey("platform.id", ondelete="CASCADE")),
    Column("type", String, nullable=False),
    Column("location", String, nullable=False),
    Column("compression", String, nullable=False),
    Column("fileName", String),
    Column("size", Integer, nullable=False, comment="bytes before compression"),
    Column("metadata", Json),
    Column("s3Key", String),
    Column("data", Blob),
    Index("ix_file_projectId_type_created", "projectId", "type", "created"),
    Index("ix_file_type_created", "type", "created"),
)
