"""Runs as they travel (recordings/flow-runs.json)."""

from __future__ import annotations

from typing import Any

import orjson

from piecework.server.ports.runs import RunRow


def run_view(run: RunRow, archived_at: str | None = None) -> dict[str, Any]:
    """The run's own fields; ``steps`` and ``flowVersion`` are added where they belong."""
    return {
        "id": run.id,
        "created": run.created,
        "updated": run.updated,
        "projectId": run.project_id,
        "flowId": run.flow_id,
        "flowVersionId": run.flow_version_id,
        "environment": run.environment,
        "logsFileId": run.logs_file_id,
        "parentRunId": run.parent_run_id,
        "failParentOnFailure": bool(run.fail_parent_on_failure),
        "status": run.status,
        "tags": orjson.loads(run.tags) if run.tags else [],
        "startTime": run.start_time,
        "triggeredBy": run.triggered_by,
        "finishTime": run.finish_time,
        "failedStep": _failed_step(run),
        "archivedAt": archived_at,
        "stepNameToTest": run.step_name_to_test,
        "stepsCount": run.steps_count,
        "pauseMetadata": None,
    }


def _failed_step(run: RunRow) -> dict[str, str | None] | None:
    if run.failed_step_message is None:
        return None
    return {"name": run.failed_step_name, "message": run.failed_step_message, "displayName": run.failed_step_display_name}
