"""The tables of trigger runs: the last ones of each flow, and counts by day."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table

from piecework.server.kernel.db import Id, Timestamp, entity_columns, metadata

trigger_run = Table(
    "trigger_run",
    metadata,
    *entity_columns(),
    Column("projectId", Id, nullable=False),
    Column("flowId", Id, ForeignKey("flow.id", ondelete="CASCADE"), nullable=False),
    Column("flowVersionId", Id, nullable=False),
    Column("type", String(8), nullable=False, comment="POLL, RENEW or ENABLE"),
    Column("status", String(16), nullable=False),
    Column("items", Integer, nullable=False, comment="runs that it began"),
    Column("waiting", Integer, nullable=False, comment="items that it left for later polls"),
    Column("error", String),
    Column("durationMs", Integer, nullable=False),
    Column("nextRunAt", Timestamp),
    Index("ix_trigger_run_flowId_created", "flowId", "created", "id"),
)

trigger_run_count = Table(
    "trigger_run_count",
    metadata,
    Column("projectId", Id, ForeignKey("project.id", ondelete="CASCADE"), nullable=False),
    Column("pieceName", String, nullable=False),
    Column("day", String(10), nullable=False, comment="in UTC, as YYYY-MM-DD"),
    Column("success", Integer, nullable=False),
    Column("failure", Integer, nullable=False),
    PrimaryKeyConstraint("projectId", "pieceName", "day"),
)
