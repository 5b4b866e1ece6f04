"""The table of trigger schedules."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "trigger_schedule",
        sa.Column("flowId", sa.String(length=21), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("flowVersionId", sa.String(length=21), nullable=False, comment="the version whose trigger listens"),
        sa.Column(
            "source", sa.String(length=64), nullable=False, comment="digest of the trigger and its input: the same one keeps its state"
        ),
        sa.Column("schedule", sa.String(), nullable=True, comment="as it travels; null for a trigger that is not called by the clock"),
        sa.Column("dueAt", sa.BigInteger(), nullable=True, comment="the next tick in milliseconds since 1970; null: never"),
        sa.ForeignKeyConstraint(["flowId"], ["flow.id"], name=op.f("fk_trigger_schedule_flowId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("flowId", name=op.f("pk_trigger_schedule")),
    )
    op.create_index("ix_trigger_schedule_dueAt", "trigger_schedule", ["dueAt"], unique=False)
