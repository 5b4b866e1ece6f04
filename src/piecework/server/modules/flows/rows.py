"""Flow rows and version rows: made, read as contents, and put together as they travel."""

from typing import Any

import orjson

from piecework.engine.edit import Version
from piecework.engine.secret_references import connection_ids
from piecework.engine.tree import walk
from piecework.server.kernel.db import Row, new_entity
from piecework.server.kernel.ids import new_id
from piecework.server.modules.flows.schemas import CreateFlow
from piecework.spec.flow import SCHEMA_VERSION, FlowStatus, FlowVersionState, Step, TriggerType
from piecework.spec.jsons import dumps, loads

SAMPLE_FILES = ("sampleDataFileId", "sampleDataInputFileId")
"""Where a step's `sampleData` names its files."""


def empty_contents(name: str, now: str) -> Version:
    """A new flow: a trigger that is yet to be chosen (recordings/flows.json)."""
    trigger = {
        "name": "trigger",
        "valid": False,
        "displayName": "Select Trigger",
        "lastUpdatedDate": now,
        "type": TriggerType.EMPTY,
        "settings": {},
    }
    return Version(name, trigger)


def contents_of(row: Row) -> Version:
    """What an operation edits of a version."""
    return Version(row["displayName"], loads(row["trigger"]), tuple(row["notes"]))


def contents_columns(contents: Version, now: str, user_id: str | None) -> Row:
    """The columns of a version that an edit writes."""
    return {
        "updated": now,
        "displayName": contents.display_name,
        "schemaVersion": SCHEMA_VERSION,
        "trigger": dumps(contents.trigger).decode(),
        "connectionIds": connection_ids(contents.trigger),
        "updatedBy": user_id,
        "valid": contents.valid,
        "notes": list(contents.notes),
    }


def new_draft(flow_id: str, contents: Version, user_id: str | None) -> Row:
    """A new DRAFT version."""
    row = new_entity(flowId=flow_id, state=FlowVersionState.DRAFT)
    return row | contents_columns(contents, row["updated"], user_id)


def wire_version(row: Row) -> dict[str, Any]:
    """A version as it travels; its steps go out as the text that is stored."""
    return {**row, "trigger": orjson.Fragment(row["trigger"]), "agentIds": [], "backupFiles": None}


def wire_flow(flow_row: Row, version_row: Row, trigger_source: Row | None) -> Any:
    """A flow as it travels, with one of its versions."""
    wire = {name: value for name, value in flow_row.items() if name not in ("latestVersionId", "versionId", "listed")}
    wire["version"] = wire_version(version_row)
    if trigger_source is not None:
        wire["triggerSource"] = {"schedule": trigger_source["schedule"]}
    return wire


def sample_files(trigger: Step) -> list[str]:
    """The ids of the files in which a tree's sample data are kept."""
    samples = (step["settings"].get("sampleData") or {} for step in walk(trigger))
    return [sample[field] for sample in samples for field in SAMPLE_FILES if isinstance(sample.get(field), str)]


def new_flow(request: CreateFlow, user_id: str, folder_id: str | None) -> Row:
    """A flow that was just made, without its version."""
    return new_entity(
        projectId=request.project_id,
        externalId=request.external_id or new_id(),
        ownerId=user_id,
        folderId=folder_id,
        status=FlowStatus.DISABLED,
        publishedVersionId=None,
        metadata=request.metadata,
        operationStatus="NONE",
        timeSavedPerRun=None,
        templateId=request.template_id,
    )
