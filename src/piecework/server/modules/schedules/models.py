"""The table of listening triggers, as the scheduler sees them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from piecework.server.kernel.db import Id, Json, metadata

trigger_schedule = Table(
    "trigger_schedule",
    metadata,
    Column("flowId", Id, ForeignKey("flow.id", ondelete="CASCADE"), primary_key=True),
    Column("projectId", Id, nullable=False),
    Column("flowVersionId", Id, nullable=False, comment="the version whose trigger listens"),
    Column("source", String(64), nullable=False, comment="digest of the trigger and its input: the same one keeps its state"),
    Column("schedule", Json, comment="as it travels; null for a trigger that is not called by the clock"),
    Column("dueAt", BigInteger, comment="the next tick in milliseconds since 1970; null: never"),
    Index("ix_trigger_schedule_dueAt", "dueAt"),
)
