"""Tables of projects, their plans and their members (spec/model.md §2)."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from piecework.server.kernel.db import Id, Json, Timestamp, entity_columns, metadata

project = Table(
    "project",
    metadata,
    *entity_columns(),
    Column("deleted", Timestamp),
    Column("ownerId", Id, nullable=False),
    Column("displayName", String, nullable=False),
    Column("type", String, nullable=False),
    Column("platformId", Id, ForeignKey("platform.id", ondelete="CASCADE"), nullable=False),
    Column("externalId", String),
    Column("maxConcurrentJobs", Integer),
    Column("icon", Json, nullable=False),
    Column("releasesEnabled", Boolean, nullable=False),
    Column("metadata", Json),
    Column("poolId", Id),
    Index("uq_project_platformId_externalId", "platformId", "externalId", unique=True),
    Index("ix_project_platformId_created", "platformId", "created", "id"),
    Index("ix_project_ownerId", "ownerId"),
)

project_plan = Table(
    "project_plan",
    metadata,
    *entity_columns(),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("piecesFilterType", String, nullable=False),
    Column("pieces", Json, nullable=False),
)

project_member = Table(
    "project_member",
    metadata,
    *entity_columns(),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), nullable=False),
    Column("userId", Id, ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
    Column("role", String, nullable=False),
    Index("uq_project_member_projectId_userId", "projectId", "userId", unique=True),
    Index("ix_project_member_userId", "userId"),
)
