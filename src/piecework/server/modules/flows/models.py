"""The tables of flows (spec/model.md §1)."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text

from piecework.server.kernel.db import Id, Json, entity_columns, metadata

flow = Table(
    "flow",
    metadata,
    *entity_columns(),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), nullable=False),
    Column("externalId", String, nullable=False),
    Column("ownerId", Id),
    Column("folderId", Id, ForeignKey("folder.id", ondelete="SET NULL")),
    Column("status", String(16), nullable=False),
    Column("publishedVersionId", Id),
    Column("latestVersionId", Id, nullable=False, comment="the version that is edited and shown; not on the wire"),
    Column("metadata", Json),
    Column("operationStatus", String(16), nullable=False),
    Column("timeSavedPerRun", Json),
    Column("templateId", String),
    Index("ix_flow_projectId_status_updated", "projectId", "status", "updated", "id"),
    Index("uq_flow_projectId_externalId", "projectId", "externalId", unique=True),
    Index("ix_flow_folderId", "folderId"),
)

flow_version = Table(
    "flow_version",
    metadata,
    *entity_columns(),
    Column("flowId", Id, ForeignKey("flow.id", ondelete="CASCADE"), nullable=False),
    Column("displayName", String, nullable=False),
    Column("schemaVersion", String(8), nullable=False),
    Column("trigger", Text, nullable=False, comment="the step tree as JSON text: it goes out as it is, without being parsed"),
    Column("connectionIds", Json, nullable=False),
    Column("updatedBy", Id),
    Column("valid", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    Column("notes", Json, nullable=False),
    Index("ix_flow_version_flowId_created", "flowId", "created", "id"),
)

code_artifact = Table(
    "code_artifact",
    metadata,
    Column("hash", String(64), primary_key=True, comment="SHA-256 of the source, hexadecimal"),
    Column("script", Text, comment="what the sandbox runs; null for a source that does not compile"),
    Column("error", Text, comment="why it does not"),
)
"""Compiled code steps, shared by all versions: a source gives the same script wherever it stands."""

trigger_source = Table(
    "trigger_source",
    metadata,
    *entity_columns(),
    Column("type", String(16), nullable=False),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), nullable=False),
    Column("flowId", Id, ForeignKey("flow.id", ondelete="CASCADE"), nullable=False),
    Column("flowVersionId", Id, nullable=False),
    Column("pieceName", String, nullable=False),
    Column("pieceVersion", String, nullable=False),
    Column("triggerName", String, nullable=False),
    Column("schedule", Json),
    Column("simulate", Boolean, nullable=False),
    Index("uq_trigger_source_flowId_simulate", "flowId", "simulate", unique=True),
)
"""The triggers that are listening: of every enabled flow one, and one more of a flow whose trigger is being tried (`simulate`)."""
