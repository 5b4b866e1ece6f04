"""The tables of connections, of the platform's OAuth applications and of project variables."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _connections()
    op.create_table(
        "oauth_app",
        *_entity(),
        sa.Column("platformId", sa.String(length=21), nullable=False),
        sa.Column("pieceName", sa.String(), nullable=False),
        sa.Column("clientId", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False, comment="the client's secret, sealed"),
        sa.Column("keyId", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_app")),
    )
    op.create_index("uq_oauth_app_platformId_pieceName", "oauth_app", ["platformId", "pieceName"], unique=True)
    op.create_table(
        "variable",
        *_entity(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("platformId", sa.String(length=21), nullable=False),
        sa.Column("ownerId", sa.String(length=21), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=False, comment="sealed (kernel/crypto.py)"),
        sa.Column("keyId", sa.String(length=16), nullable=False),
        sa.Column("metadata", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_variable_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variable")),
    )
    op.create_index("uq_variable_projectId_name", "variable", ["projectId", "name"], unique=True)
    op.create_index("ix_variable_projectId_created", "variable", ["projectId", "created", "id"], unique=False)


def _entity() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
    )


def _connections() -> None:
    op.create_table(
        "app_connection",
        *_entity(),
        sa.Column("externalId", sa.String(), nullable=False),
        sa.Column("displayName", sa.String(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("pieceName", sa.String(), nullable=False),
        sa.Column("pieceVersion", sa.String(), nullable=False),
        sa.Column("platformId", sa.String(length=21), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=True, comment="whose it is; null for one of the platform"),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column(
            "problem",
            sa.String(),
            nullable=True,
            comment="why the service refused it, as a sentence without secrets; null for one that works",
        ),
        sa.Column("ownerId", sa.String(length=21), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=True, comment="sealed (kernel/crypto.py); null while an import waits for it"),
        sa.Column("keyId", sa.String(length=16), nullable=True),
        sa.Column("metadata", sa.String(), nullable=True),
        sa.Column("preSelectForNewProjects", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_app_connection_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_connection")),
    )
    op.create_index("ix_app_connection_platformId_created", "app_connection", ["platformId", "created", "id"], unique=False)
    op.create_table(
        "app_connection_project",
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("externalId", sa.String(), nullable=False),
        sa.Column("connectionId", sa.String(length=21), nullable=False),
        sa.ForeignKeyConstraint(
            ["connectionId"], ["app_connection.id"], name=op.f("fk_app_connection_project_connectionId"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_app_connection_project_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("projectId", "externalId", name=op.f("pk_app_connection_project")),
    )
    op.create_index("ix_app_connection_project_connectionId", "app_connection_project", ["connectionId"], unique=False)
