"""The tables of templates and trigger events."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "template",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("platformId", sa.String(length=21), nullable=False),
        sa.Column("flows", sa.Text(), nullable=False, comment="JSON text: it goes out as it is"),
        sa.Column("tables", sa.String(), nullable=True),
        sa.Column("tags", sa.String(), nullable=False),
        sa.Column("blogUrl", sa.String(), nullable=True),
        sa.Column("metadata", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("categories", sa.String(), nullable=False),
        sa.Column("pieces", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["platformId"], ["platform.id"], name=op.f("fk_template_platformId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
    )
    op.create_index("ix_template_platformId_created", "template", ["platformId", "created", "id"], unique=False)
    op.create_table(
        "trigger_event",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("flowId", sa.String(length=21), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("sourceName", sa.String(), nullable=False),
        sa.Column("fileId", sa.String(length=21), nullable=False),
        sa.ForeignKeyConstraint(["flowId"], ["flow.id"], name=op.f("fk_trigger_event_flowId"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_trigger_event_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trigger_event")),
    )
    op.create_index("ix_trigger_event_flowId_sourceName_created", "trigger_event", ["flowId", "sourceName", "created", "id"], unique=False)
