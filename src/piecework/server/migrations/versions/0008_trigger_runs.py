"""What triggers did and what they hold back; the listeners of apps' events."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("trigger_schedule", sa.Column("activation", sa.String(length=21), nullable=False, server_default=""))
    op.add_column("trigger_schedule", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("trigger_schedule", sa.Column("switching", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "trigger_backlog",
        sa.Column("activation", sa.String(length=21), nullable=False, comment="the listening that found it"),
        sa.Column("position", sa.Integer(), nullable=False, comment="the order in which items begin"),
        sa.Column("flowId", sa.String(length=21), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False, comment="a trigger output as JSON"),
        sa.ForeignKeyConstraint(["flowId"], ["flow.id"], name=op.f("fk_trigger_backlog_flowId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("activation", "position", name=op.f("pk_trigger_backlog")),
    )
    op.create_index("ix_trigger_backlog_flowId", "trigger_backlog", ["flowId"], unique=False)
    op.create_table(
        "trigger_run",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("flowId", sa.String(length=21), nullable=False),
        sa.Column("flowVersionId", sa.String(length=21), nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False, comment="POLL or RENEW"),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False, comment="runs that it began"),
        sa.Column("waiting", sa.Integer(), nullable=False, comment="items that it left for later polls"),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("durationMs", sa.Integer(), nullable=False),
        sa.Column("nextRunAt", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["flowId"], ["flow.id"], name=op.f("fk_trigger_run_flowId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trigger_run")),
    )
    op.create_index("ix_trigger_run_flowId_created", "trigger_run", ["flowId", "created", "id"], unique=False)
    op.create_table(
        "trigger_run_count",
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("pieceName", sa.String(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False, comment="in UTC, as YYYY-MM-DD"),
        sa.Column("success", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_trigger_run_count_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("projectId", "pieceName", "day", name=op.f("pk_trigger_run_count")),
    )
    op.create_table(
        "app_event_routing",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("appName", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("identifierValue", sa.String(), nullable=False),
        sa.Column("flowId", sa.String(length=21), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("simulate", sa.Boolean(), nullable=False, comment="only while the trigger is tried"),
        sa.ForeignKeyConstraint(["flowId"], ["flow.id"], name=op.f("fk_app_event_routing_flowId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_event_routing")),
    )
    op.create_index("ix_app_event_routing_appName_event_identifierValue", "app_event_routing", ["appName", "event", "identifierValue"])
    op.create_index("ix_app_event_routing_flowId", "app_event_routing", ["flowId"])
