"""The table of variables (spec/model.md §1)."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from piecework.server.kernel.crypto import KEY_ID_LENGTH
from piecework.server.kernel.db import Blob, Id, Json, entity_columns, metadata

variable = Table(
    "variable",
    metadata,
    *entity_columns(),
    Column("name", String, nullable=False),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), nullable=False),
    Column("platformId", Id, nullable=False),
    Column("ownerId", Id),
    Column("value", Blob, nullable=False, comment="sealed (kernel/crypto.py)"),
    Column("keyId", String(KEY_ID_LENGTH), nullable=False),
    Column("metadata", Json),
    Index("uq_variable_projectId_name", "projectId", "name", unique=True),
    Index("ix_variable_projectId_created", "projectId", "created", "id"),
)
