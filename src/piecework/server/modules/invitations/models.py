"""The table of invitations (spec/model.md §2)."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from piecework.server.kernel.db import Id, entity_columns, metadata

user_invitation = Table(
    "user_invitation",
    metadata,
    *entity_columns(),
    Column("email", String, nullable=False),
    Column("platformId", Id, ForeignKey("platform.id", ondelete="CASCADE"), nullable=False),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE")),
    Column("type", String, nullable=False),
    Column("platformRole", String),
    Column("projectRole", String),
    Column("status", String, nullable=False),
    Index("ix_user_invitation_platformId_email", "platformId", "email"),
    Index("ix_user_invitation_platformId_created", "platformId", "created", "id"),
)
