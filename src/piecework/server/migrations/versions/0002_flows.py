"""The tables of flows, trigger events and templates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "code_artifact",
        sa.Column("hash", sa.String(length=64), nullable=False, comment="SHA-256 of the source, hexadecimal"),
        sa.Column("script", sa.Text(), nullable=True, comment="what the sandbox runs; null for a source that does not compile"),
        sa.Column("error", sa.Text(), nullable=True, comment="why it does not"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_code_artifact")),
    )
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
        "flow",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("externalId", sa.String(), nullable=False),
        sa.Column("ownerId", sa.String(length=21), nullable=True),
        sa.Column("folderId", sa.String(length=21), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("publishedVersionId", sa.String(length=21), nullable=True),
        sa.Column("latestVersionId", sa.String(length=21), nullable=False, comment="the version that is edited and shown; not on the wire"),
        sa.Column("metadata", sa.String(), nullable=True),
        sa.Column("operationStatus", sa.String(length=16), nullable=False),
        sa.Column("timeSavedPerRun", sa.String(), nullable=True),
        sa.Column("templateId", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["folderId"], ["folder.id"], name=op.f("fk_flow_folderId"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_flow_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow")),
    )
    op.create_index("ix_flow_folderId", "flow", ["folderId"], unique=False)
    op.create_index("ix_flow_projectId_status_updated", "flow", ["projectId", "status", "updated", "id"], unique=False)
    op.create_index("uq_flow_projectId_externalId", "flow", ["projectId", "externalId"], unique=True)
    op.create_table(
        "flow_version",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("flowId", sa.String(length=21), nullable=False),
        sa.Column("displayName", sa.String(), nullable=False),
        sa.Column("schemaVersion", sa.String(length=8), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False, comment="the step tree as JSON text: it goes out as it is, without being parsed"),
        sa.Column("connectionIds", sa.String(), nullable=False),
        sa.Column("updatedBy", sa.String(length=21), nullable=True),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["flowId"], ["flow.id"], name=op.f("fk_flow_version_flowId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_version")),
    )
    op.create_index("ix_flow_version_flowId_created", "flow_version", ["flowId", "created", "id"], unique=False)
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
    op.create_table(
        "trigger_source",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("flowId", sa.String(length=21), nullable=False),
        sa.Column("flowVersionId", sa.String(length=21), nullable=False),
        sa.Column("pieceName", sa.String(), nullable=False),
        sa.Column("pieceVersion", sa.String(), nullable=False),
        sa.Column("triggerName", sa.String(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=True),
        sa.Column("simulate", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["flowId"], ["flow.id"], name=op.f("fk_trigger_source_flowId"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_trigger_source_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trigger_source")),
    )
    op.create_index("uq_trigger_source_flowId_simulate", "trigger_source", ["flowId", "simulate"], unique=True)
