"""Since when a trigger fails."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "trigger_schedule",
        sa.Column("failingSince", sa.String(length=24), nullable=True, comment="when the first of them failed; null where there is none"),
    )
    op.execute(
        """UPDATE trigger_schedule SET "failingSince" = (SELECT min(created) FROM trigger_run"""
        """ WHERE "flowId" = trigger_schedule."flowId" AND created > coalesce((SELECT max(created) FROM trigger_run AS good"""
        """ WHERE good."flowId" = trigger_schedule."flowId" AND good.status = 'COMPLETED'), '')) WHERE failures > 0"""
    )
