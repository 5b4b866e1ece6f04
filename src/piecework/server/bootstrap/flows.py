"""Flows and what belongs to them: folders, templates, samples, and the triggers that listen for a published flow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piecework.server.bootstrap.accounts import Accounts, may_own_by
from piecework.server.bootstrap.execution import Execution, compiled_by
from piecework.server.bootstrap.foundation import Foundation
from piecework.server.modules.app_events.service import AppEventService
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.flows.service import FlowCounts, FlowProblemService, FlowService, FlowSettings
from piecework.server.modules.folders.service import FolderService
from piecework.server.modules.human_input.service import HumanInputService
from piecework.server.modules.pieces.form_values import FormValues
from piecework.server.modules.pieces.service import FilterOf, PieceService
from piecework.server.modules.programs.service import ProgramService
from piecework.server.modules.sample_data.service import SampleDataService
from piecework.server.modules.schedules.service import Listening, ScheduleService
from piecework.server.modules.tags.service import TagService
from piecework.server.modules.templates.service import TemplateService
from piecework.server.modules.trigger_events.service import TriggerEventService, TriggerTestService
from piecework.server.modules.trigger_runs.service import Outcome, TriggerRunService
from piecework.server.ports.runs import Statement
from piecework.server.worker.activation import FindVersion, NoteEnabling, TriggerSwitch
from piecework.server.worker.trials import TriedTriggers
from piecework.server.worker.trigger_hooks import TriggerHooks

MAX_FLOWS_LISTED = 100
"""Flows that a piece from npm is shown at once."""


@dataclass(frozen=True)
class Triggers:
    """What listens for published flows: who is due when, the pieces' hooks, and the switch that a publication turns."""

    schedules: ScheduleService
    hooks: TriggerHooks
    events: AppEventService
    switch: TriggerSwitch


@dataclass(frozen=True)
class Flows:
    """See the file's first line."""

    folders: FolderService
    templates: TemplateService
    tags: TagService
    pieces: PieceService
    triggers: Triggers
    flows: FlowService
    problems: FlowProblemService
    programs: ProgramService
    sample_data: SampleDataService
    trigger_events: TriggerEventService
    trigger_tests: TriggerTestService
    trigger_runs: TriggerRunService
    human_input: HumanInputService


def build_flows(ground: Foundation, accounts: Accounts, execution: Execution) -> Flows:
    """Returns the services with which flows are built and published."""
    database = ground.database
    folders = FolderService(database, FlowCounts(database).in_folders)
    templates = TemplateService(database)

    async def find_version(version_id: str) -> StoredVersion | None:  # the trigger switch and the flows know each other
        return await flows.version(version_id)

    async def note_enabling(who: Listening, piece: str, outcome: Outcome, repair_at: int | None, beside: Sequence[Statement]) -> None:
        await trigger_runs.enabled(who, piece, outcome, repair_at, beside)

    triggers = _triggers(ground, execution, find_version, note_enabling)
    flows = _flow_service(ground, accounts, execution, folders, templates, triggers.switch)
    trigger_runs = TriggerRunService(database, flows, triggers.schedules)
    accounts.projects.changed.connect(flows.forget_everything)
    trigger_events = TriggerEventService(database, flows, ground.files)
    samples = SampleDataService(ground.files)
    programs = ProgramService(flows, execution.runner)
    execution.catalogue.on_changed.append(programs.forget_everything)
    form_values = FormValues(flows, samples, execution.runner, execution.address)
    return Flows(
        folders=folders,
        templates=templates,
        tags=TagService(database),
        pieces=PieceService(execution.catalogue, execution.services, execution.address, form_values, _filter_of(accounts)),
        triggers=triggers,
        flows=flows,
        problems=FlowProblemService(database, execution.catalogue, flows),
        programs=programs,
        sample_data=samples,
        trigger_events=trigger_events,
        trigger_tests=TriggerTestService(
            flows, trigger_events, execution.catalogue, execution.services, execution.address, _trials(ground, triggers)
        ),
        trigger_runs=trigger_runs,
        human_input=HumanInputService(flows, execution.catalogue, accounts.projects, accounts.platforms),
    )


def _trials(ground: Foundation, triggers: Triggers) -> TriedTriggers:
    return TriedTriggers(triggers.hooks, triggers.events, ground.settings.trigger_hooks_timeout_seconds)


def _filter_of(accounts: Accounts) -> FilterOf:
    """Which pieces the people of a project see."""

    async def filter_of(project_id: str) -> Mapping[str, Any] | None:
        project = await accounts.projects.find(project_id)
        return None if project is None else await accounts.platforms.get(project["platformId"])

    return filter_of


def _triggers(ground: Foundation, execution: Execution, find_version: FindVersion, note_enabling: NoteEnabling) -> Triggers:
    settings = ground.settings
    schedules = ScheduleService(ground.database)
    events = AppEventService(ground.database)
    hooks = TriggerHooks(execution.catalogue, execution.services, execution.address)
    switch = TriggerSwitch(
        schedules,
        hooks,
        events,
        find_version,
        note_enabling,
        poll_minutes=settings.trigger_default_poll_interval,
        hook_seconds=settings.trigger_hooks_timeout_seconds,
    )
    return Triggers(schedules, hooks, events, switch)


def _flow_service(
    ground: Foundation, accounts: Accounts, execution: Execution, folders: FolderService, templates: TemplateService, switch: TriggerSwitch
) -> FlowService:
    return FlowService(
        ground.database,
        execution.catalogue,
        folders,
        accounts.users,
        ground.files,
        switch,
        compiled_by(execution.sandbox),
        templates.flow_of,
        may_own_by(accounts.access, accounts.users),
        FlowSettings(enable_on_publish=ground.settings.enable_flow_on_publish),
    )
