"""Jobs know the waitpoint whose time they end: a run may wait for several things at once."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("job", sa.Column("waitpointId", sa.String(length=21), nullable=True))
    op.execute(
        """UPDATE job SET "waitpointId" = (SELECT id FROM waitpoint WHERE "flowRunId" = job."runId" AND status = 'PENDING')"""
        " WHERE kind = 'RESUME' AND claimed = 0"
    )
