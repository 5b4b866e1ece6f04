"""The table of listeners (spec/model.md §1)."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table

from piecework.server.kernel.db import Id, entity_columns, metadata

app_event_routing = Table(
    "app_event_routing",
    metadata,
    *entity_columns(),
    Column("appName", String, nullable=False),
    Column("event", String, nullable=False),
    Column("identifierValue", String, nullable=False),
    Column("flowId", Id, ForeignKey("flow.id", ondelete="CASCADE"), nullable=False),
    Column("projectId", Id, nullable=False),
    Column("simulate", Boolean, nullable=False, comment="only while the trigger is tried"),
    Index("ix_app_event_routing_appName_event_identifierValue", "appName", "event", "identifierValue"),
    Index("ix_app_event_routing_flowId", "flowId"),
)
