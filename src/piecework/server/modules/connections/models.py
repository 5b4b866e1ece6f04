"""The tables of connections (spec/model.md §1)."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table

from piecework.server.kernel.crypto import KEY_ID_LENGTH
from piecework.server.kernel.db import Blob, Id, Json, entity_columns, metadata

app_connection = Table(
    "app_connection",
    metadata,
    *entity_columns(),
    Column("externalId", String, nullable=False),
    Column("displayName", String, nullable=False),
    Column("type", String(16), nullable=False),
    Column("pieceName", String, nullable=False),
    Column("pieceVersion", String, nullable=False),
    Column("platformId", Id, nullable=False),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), comment="whose it is; null for one of the platform"),
    Column("scope", String(8), nullable=False),
    Column("status", String(8), nullable=False),
    Column("problem", String, comment="why the service refused it, as a sentence without secrets; null for one that works"),
    Column("ownerId", Id),
    Column("value", Blob, comment="sealed (kernel/crypto.py); null while an import waits for it"),
    Column("keyId", String(KEY_ID_LENGTH)),
    Column("metadata", Json),
    Column("preSelectForNewProjects", Boolean, nullable=False),
    Index("ix_app_connection_platformId_created", "platformId", "created", "id"),
)

app_connection_project = Table(
    "app_connection_project",
    metadata,
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), primary_key=True),
    Column("externalId", String, primary_key=True),
    Column("connectionId", Id, ForeignKey("app_connection.id", ondelete="CASCADE"), nullable=False),
    Index("ix_app_connection_project_connectionId", "connectionId"),
)
"""Which projects may use a connection, and that none has two of one external id."""

oauth_app = Table(
    "oauth_app",
    metadata,
    *entity_columns(),
    Column("platformId", Id, nullable=False),
    Column("pieceName", String, nullable=False),
    Column("clientId", String, nullable=False),
    Column("value", Blob, nullable=False, comment="the client's secret, sealed"),
    Column("keyId", String(KEY_ID_LENGTH), nullable=False),
    Index("uq_oauth_app_platformId_pieceName", "platformId", "pieceName", unique=True),
)
"""The platform's own registrations at services: what PLATFORM_OAUTH2 connections are made with."""
