"""Tables of identities and users (spec/model.md §2)."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from piecework.server.kernel.db import Id, Timestamp, entity_columns, metadata

user_identity = Table(
    "user_identity",
    metadata,
    *entity_columns(),
    Column("email", String, nullable=False, unique=True),
    Column("password", String, nullable=False),
    Column("firstName", String, nullable=False),
    Column("lastName", String, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("provider", String, nullable=False),
    Column("tokenVersion", Integer, nullable=False),
    Column("trackEvents", Boolean, nullable=False),
    Column("newsLetter", Boolean, nullable=False),
    Column("imageUrl", String),
)

user = Table(
    "user",
    metadata,
    *entity_columns(),
    Column("identityId", Id, ForeignKey("user_identity.id", ondelete="CASCADE"), nullable=False),
    Column("platformId", Id),
    Column("platformRole", String, nullable=False),
    Column("status", String, nullable=False),
    Column("externalId", String),
    Column("lastActiveDate", Timestamp),
    Index("uq_user_identityId_platformId", "identityId", "platformId", unique=True),
    Index("ix_user_platformId_created", "platformId", "created", "id"),
)
