"""Tables of runs: the run row, and while a run is unfinished its jobs, its journal and its waitpoints."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from piecework.server.kernel.db import Id, Timestamp, entity_columns, metadata

flow_run = Table(
    "flow_run",
    metadata,
    *entity_columns(),
    Column("projectId", Id, nullable=False),
    Column("flowId", Id, nullable=False),
    Column("flowVersionId", Id, nullable=False),
    Column("environment", String(16), nullable=False),
    Column("status", String(32), nullable=False),
    Column("logsFileId", Id),
    Column("parentRunId", Id),
    Column("failParentOnFailure", Boolean, nullable=False),
    Column("tags", Text),
    Column("startTime", Timestamp),
    Column("finishTime", Timestamp),
    Column("triggeredBy", String(128)),
    Column("failedStepName", Text),
    Column("failedStepDisplayName", Text),
    Column("failedStepMessage", Text),
    Column("stepNameToTest", Text),
    Column("stepsCount", Integer, nullable=False),
    Column("archivedAt", Timestamp),
    Column("parentWaitpointId", Id),
)
"""``tags`` is a JSON array as text. ``archivedAt`` is never written by a driver: archiving a run that is being driven must last."""

Index("ix_flow_run_project", flow_run.c.projectId, flow_run.c.created, flow_run.c.id)
Index("ix_flow_run_flow", flow_run.c.flowId, flow_run.c.created)
Index("ix_flow_run_status", flow_run.c.projectId, flow_run.c.status, flow_run.c.created)
Index(
    "ix_flow_run_parent",
    flow_run.c.parentRunId,
    sqlite_where=flow_run.c.parentRunId.is_not(None),
    postgresql_where=flow_run.c.parentRunId.is_not(None),
)
"""Only of runs that another one began: the others cost nothing."""

job = Table(
    "job",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("runId", Id, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("dueAt", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("kills", Integer, nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("waitpointId", Id),
)
"""The embedded profile's queue. ``claimed``: this process's memory has it; at the next start nobody has.

``waitpointId``: this job waits for the end of the waitpoint's time.
"""

Index("ix_job_due", job.c.dueAt, job.c.id, sqlite_where=job.c.claimed.is_(False), postgresql_where=job.c.claimed.is_(False))
Index("ix_job_run", job.c.runId)

journal = Table(
    "journal",
    metadata,
    Column("runId", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""What unfinished runs did; the primary key is the fencing token."""

waitpoint = Table(
    "waitpoint",
    metadata,
    *entity_columns(),
    Column("flowRunId", Id, nullable=False),
    Column("projectId", Id, nullable=False),
    Column("stepName", Text, nullable=False),
    Column("type", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("resumeAt", BigInteger),
    Column("jobPayload", LargeBinary, nullable=False),
)
"""``stepName`` is path-qualified inside loops; ``jobPayload`` is what the RESUME job will carry (spec/engine.md §5)."""

Index("ix_waitpoint_run", waitpoint.c.flowRunId)
