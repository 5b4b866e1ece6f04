"""The tables of users, platforms, projects and what they own directly."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "platform",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("ownerId", sa.String(length=21), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("primaryColor", sa.String(), nullable=False),
        sa.Column("logoIconUrl", sa.String(), nullable=False),
        sa.Column("fullLogoUrl", sa.String(), nullable=False),
        sa.Column("favIconUrl", sa.String(), nullable=False),
        sa.Column("filteredPieceNames", sa.String(), nullable=False),
        sa.Column("filteredPieceBehavior", sa.String(), nullable=False),
        sa.Column("cloudAuthEnabled", sa.Boolean(), nullable=False),
        sa.Column("emailAuthEnabled", sa.Boolean(), nullable=False),
        sa.Column("enforceAllowedAuthDomains", sa.Boolean(), nullable=False),
        sa.Column("allowedAuthDomains", sa.String(), nullable=False),
        sa.Column("pinnedPieces", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
    )
    op.create_table(
        "user_identity",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("firstName", sa.String(), nullable=False),
        sa.Column("lastName", sa.String(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("tokenVersion", sa.Integer(), nullable=False),
        sa.Column("trackEvents", sa.Boolean(), nullable=False),
        sa.Column("newsLetter", sa.Boolean(), nullable=False),
        sa.Column("imageUrl", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_identity")),
        sa.UniqueConstraint("email", name=op.f("uq_user_identity_email")),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("deleted", sa.String(length=24), nullable=True),
        sa.Column("ownerId", sa.String(length=21), nullable=False),
        sa.Column("displayName", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("platformId", sa.String(length=21), nullable=False),
        sa.Column("externalId", sa.String(), nullable=True),
        sa.Column("maxConcurrentJobs", sa.Integer(), nullable=True),
        sa.Column("icon", sa.String(), nullable=False),
        sa.Column("releasesEnabled", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.String(), nullable=True),
        sa.Column("poolId", sa.String(length=21), nullable=True),
        sa.ForeignKeyConstraint(["platformId"], ["platform.id"], name=op.f("fk_project_platformId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_index("ix_project_ownerId", "project", ["ownerId"], unique=False)
    op.create_index("ix_project_platformId_created", "project", ["platformId", "created", "id"], unique=False)
    op.create_index("uq_project_platformId_externalId", "project", ["platformId", "externalId"], unique=True)
    op.create_table(
        "tag",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("platformId", sa.String(length=21), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["platformId"], ["platform.id"], name=op.f("fk_tag_platformId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
    )
    op.create_index("uq_tag_platformId_name", "tag", ["platformId", "name"], unique=True)
    op.create_table(
        "user",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("identityId", sa.String(length=21), nullable=False),
        sa.Column("platformId", sa.String(length=21), nullable=True),
        sa.Column("platformRole", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("externalId", sa.String(), nullable=True),
        sa.Column("lastActiveDate", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["identityId"], ["user_identity.id"], name=op.f("fk_user_identityId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
    )
    op.create_index("ix_user_platformId_created", "user", ["platformId", "created", "id"], unique=False)
    op.create_index("uq_user_identityId_platformId", "user", ["identityId", "platformId"], unique=True)
    op.create_table(
        "file",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=True),
        sa.Column("platformId", sa.String(length=21), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("compression", sa.String(), nullable=False),
        sa.Column("fileName", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False, comment="bytes before compression"),
        sa.Column("metadata", sa.String(), nullable=True),
        sa.Column("s3Key", sa.String(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["platformId"], ["platform.id"], name=op.f("fk_file_platformId"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_file_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    op.create_index("ix_file_projectId_type_created", "file", ["projectId", "type", "created"], unique=False)
    op.create_index("ix_file_type_created", "file", ["type", "created"], unique=False)
    op.create_table(
        "folder",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("displayName", sa.String(), nullable=False),
        sa.Column("nameKey", sa.String(), nullable=False, comment="displayName, case-folded: names differ in more than case"),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("displayOrder", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_folder_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder")),
    )
    op.create_index("ix_folder_projectId_created", "folder", ["projectId", "created", "id"], unique=False)
    op.create_index("uq_folder_projectId_nameKey", "folder", ["projectId", "nameKey"], unique=True)
    op.create_table(
        "piece_tag",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("platformId", sa.String(length=21), nullable=False),
        sa.Column("pieceName", sa.String(), nullable=False),
        sa.Column("tagId", sa.String(length=21), nullable=False),
        sa.ForeignKeyConstraint(["platformId"], ["platform.id"], name=op.f("fk_piece_tag_platformId"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tagId"], ["tag.id"], name=op.f("fk_piece_tag_tagId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece_tag")),
    )
    op.create_index("uq_piece_tag_tagId_pieceName", "piece_tag", ["tagId", "pieceName"], unique=True)
    op.create_table(
        "project_member",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("userId", sa.String(length=21), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_project_member_projectId"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["userId"], ["user.id"], name=op.f("fk_project_member_userId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_member")),
    )
    op.create_index("ix_project_member_userId", "project_member", ["userId"], unique=False)
    op.create_index("uq_project_member_projectId_userId", "project_member", ["projectId", "userId"], unique=True)
    op.create_table(
        "project_plan",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("piecesFilterType", sa.String(), nullable=False),
        sa.Column("pieces", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_project_plan_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_plan")),
        sa.UniqueConstraint("projectId", name=op.f("uq_project_plan_projectId")),
    )
    op.create_table(
        "store-entry",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_store-entry_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store-entry")),
    )
    op.create_index("uq_store_entry_projectId_key", "store-entry", ["projectId", "key"], unique=True)
    op.create_table(
        "user_invitation",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("created", sa.String(length=24), nullable=False),
        sa.Column("updated", sa.String(length=24), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("platformId", sa.String(length=21), nullable=False),
        sa.Column("projectId", sa.String(length=21), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("platformRole", sa.String(), nullable=True),
        sa.Column("projectRole", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["platformId"], ["platform.id"], name=op.f("fk_user_invitation_platformId"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["projectId"], ["project.id"], name=op.f("fk_user_invitation_projectId"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_invitation")),
    )
    op.create_index("ix_user_invitation_platformId_created", "user_invitation", ["platformId", "created", "id"], unique=False)
    op.create_index("ix_user_invitation_platformId_email", "user_invitation", ["platformId", "email"], unique=False)
