"""The tables of listening triggers, as the scheduler sees them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, false

from piecework.server.kernel.db import Blob, Id, Json, Timestamp, metadata

trigger_schedule = Table(
    "trigger_schedule",
    metadata,
    Column("flowId", Id, ForeignKey("flow.id", ondelete="CASCADE"), primary_key=True),
    Column("projectId", Id, nullable=False),
    Column("flowVersionId", Id, nullable=False, comment="the version whose trigger listens"),
    Column("source", String(64), nullable=False, comment="digest of the trigger and its input: the same one keeps its state"),
    Column("schedule", Json, comment="as it travels; null for a trigger that is not called by the clock"),
    Column("dueAt", BigInteger, comment="the next tick in milliseconds since 1970; null: never"),
    Column("activation", Id, nullable=False, server_default="", comment="another one each time the trigger is enabled"),
    Column("failures", Integer, nullable=False, server_default="0", comment="how many ticks have failed since the last one that did not"),
    Column("failingSince", Timestamp, comment="when the first of them failed; null where there is none"),
    Column(
        "switching", Boolean, nullable=False, server_default=false(), comment="its hooks are being called, and nobody knows the outcome"
    ),
    Column("repairAt", BigInteger, comment="when its hooks are called again, in milliseconds since 1970; null: it listens"),
    Index("ix_trigger_schedule_dueAt", "dueAt"),
    Index("ix_trigger_schedule_repairAt", "repairAt"),
)

trigger_backlog = Table(
    "trigger_backlog",
    metadata,
    Column("activation", Id, nullable=False, comment="the listening that found it"),
    Column("position", Integer, nullable=False, comment="the order in which items begin"),
    Column("flowId", Id, ForeignKey("flow.id", ondelete="CASCADE"), nullable=False),
    Column("payload", Blob, nullable=False, comment="a trigger output as JSON"),
    PrimaryKeyConstraint("activation", "position"),
    Index("ix_trigger_backlog_flowId", "flowId"),
)
"""Items that a poll has found beyond those that it may begin at once."""
