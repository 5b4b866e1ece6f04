"""What travels about flows, and what the hot path reads of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, IdText, Name, PageQuery, PlainText, Query
from piecework.spec.flow import Step
from piecework.spec.operations import OperationType

FlowStatusName = Literal["ENABLED", "DISABLED"]
VersionStateName = Literal["DRAFT", "LOCKED"]


class FlowVersion(TypedDict):
    """A version of a flow with its whole step tree (spec/flow-json.md §1)."""

    id: str
    created: str
    updated: str
    flowId: str
    displayName: str
    schemaVersion: str
    trigger: dict[str, Any]
    connectionIds: list[str]
    agentIds: list[str]
    updatedBy: str | None
    valid: bool
    state: VersionStateName
    backupFiles: dict[str, str] | None
    notes: list[dict[str, Any]]


class TriggerSchedule(TypedDict):
    """What listens for an enabled flow."""

    schedule: dict[str, Any] | None


class PopulatedFlow(TypedDict):
    """A flow with one of its versions."""

    id: str
    created: str
    updated: str
    projectId: str
    externalId: str
    ownerId: str | None
    folderId: str | None
    status: FlowStatusName
    publishedVersionId: str | None
    metadata: dict[str, Any] | None
    operationStatus: str
    timeSavedPerRun: float | None
    templateId: str | None
    version: FlowVersion
    triggerSource: NotRequired[TriggerSchedule]


class FlowVersionMetadata(TypedDict):
    """A version without its steps."""

    id: str
    created: str
    updated: str
    flowId: str
    displayName: str
    valid: bool
    state: VersionStateName
    updatedBy: str | None
    schemaVersion: str
    updatedByUser: dict[str, Any] | None


class SharedTemplate(TypedDict):
    """A flow as it leaves the platform (spec/flow-json.md §6)."""

    name: str
    type: str
    summary: str
    description: str
    tags: list[dict[str, Any]]
    blogUrl: str
    metadata: dict[str, Any] | None
    author: str
    categories: list[str]
    pieces: list[str]
    flows: list[dict[str, Any]]
    status: str


ProblemSeverity = Literal["ERROR", "WARNING"]


class FlowProblem(TypedDict):
    """Something about a step. An ERROR keeps the flow from being published; with a WARNING it runs, but a value will be missing.

    `path` leads to the field, starting at the step: `settings.input.url`.
    """

    step: str
    path: str
    message: str
    severity: ProblemSeverity


class FlowProblems(TypedDict):
    """All problems of a version, in the order of its steps."""

    data: list[FlowProblem]


class FlowUse(TypedDict):
    """A flow that uses a connection: in the version that is edited, in the one that is published, and in which steps."""

    id: str
    projectId: str
    displayName: str
    status: FlowStatusName
    inLatest: bool
    inPublished: bool
    steps: list[str]


class CreateFlow(Body):
    """A new flow. `folder_name` is ignored when there is a `folder_id`; the flow of a template is imported."""

    display_name: Name
    project_id: IdText
    folder_id: IdText | None = None
    folder_name: Name | None = None
    template_id: PlainText | None = None
    metadata: dict[str, Any] | None = None
    external_id: Name | None = None


class FlowQuery(PageQuery):
    """Which flows to list; every filter that is given must hold."""

    project_id: IdText
    folder_id: PlainText | None = Field(None, description="Flows of this folder; the word NULL means those of none.")
    folder_ids: list[PlainText] | None = Field(None, description="Flows of these folders.")
    status: list[FlowStatusName] | None = None
    name: PlainText | None = Field(None, description="Flows with this in their names, in any case.")
    version_state: VersionStateName | None = Field(None, description="LOCKED: published flows, shown as they were published.")
    connection_external_ids: list[PlainText] | None = Field(None, description="Flows that use one of these connections.")
    agent_external_ids: list[PlainText] | None = None
    external_ids: list[PlainText] | None = None
    sort_by: Literal["NAME"] | None = Field(None, description="By name; else enabled flows first, then the newest edited.")
    order: Literal["ASC", "DESC"] | None = None


class FlowCountQuery(Query):
    """Which flows to count."""

    project_id: IdText
    folder_id: PlainText | None = Field(None, description="Flows of this folder; the word NULL means those of none.")


class VersionQuery(Query):
    """Which version to show."""

    version_id: IdText | None = Field(None, description="The latest one when absent.")


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """What a webhook must know of a flow."""

    id: str
    project_id: str
    external_id: str
    status: str
    published_version_id: str | None
    latest_version_id: str
    folder_id: str | None
    owner_id: str | None
    metadata: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A flow version as the worker reads it.

    `scripts` are its compiled code steps by name; a step that could not be compiled yet is missing. `flow_metadata` is the flow's.
    `wire_json` is the version as it travels (`FlowVersion`).
    """

    id: str
    flow_id: str
    project_id: str
    state: str
    display_name: str
    trigger: Step
    valid: bool
    updated: str
    scripts: Mapping[str, str]
    flow_metadata: Mapping[str, Any] | None
    wire_json: bytes


@dataclass(frozen=True, slots=True)
class FlowUpdate:
    """The notice that somebody changed a flow. `step_names` are the steps that the operation named."""

    project_id: str
    flow_id: str
    version_id: str
    operation_type: OperationType
    step_names: Sequence[str]


@dataclass(frozen=True, slots=True)
class FlowListed:
    """The notice that a project has a flow that it did not have, or has one no more."""

    project_id: str
    flow_id: str
    created: bool
