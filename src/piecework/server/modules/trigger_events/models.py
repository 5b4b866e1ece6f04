"""The table of trigger events (spec/model.md §1)."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from piecework.server.kernel.db import Id, entity_columns, metadata

trigger_event = Table(
    "trigger_event",
    metadata,
    *entity_columns(),
    Column("flowId", Id, ForeignKey("flow.id", ondelete="CASCADE"), nullable=False),
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), nullable=False),
    Column("sourceName", String, nullable=False),
    Column("fileId", Id, nullable=False),
    Index("ix_trigger_event_flowId_sourceName_created", "flowId", "sourceName", "created", "id"),
)
