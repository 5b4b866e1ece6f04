"""When the hooks of a trigger that does not listen are called again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "trigger_schedule",
        sa.Column(
            "repairAt",
            sa.BigInteger(),
            nullable=True,
            comment="when its hooks are called again, in milliseconds since 1970; null: it listens",
        ),
    )
    op.create_index("ix_trigger_schedule_repairAt", "trigger_schedule", ["repairAt"])
