"""Which pause of its parent a run ends, and an index of the runs that others began."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("flow_run", sa.Column("parentWaitpointId", sa.String(length=21), nullable=True))
    began = sa.text('"parentRunId" IS NOT NULL')
    op.create_index("ix_flow_run_parent", "flow_run", ["parentRunId"], sqlite_where=began, postgresql_where=began)
