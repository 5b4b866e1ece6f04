"""What runs flows in this process, and what begins and ends with the server: the queue, the worker, the clock, the browsers' connections."""

from dataclasses import dataclass

from piecework.runner.http import PooledHttp
from piecework.sandbox.npm.host import NpmHost
from piecework.sandbox.pool import SandboxPool
from piecework.server.adapters.memory.callers import MemoryCallers
from piecework.server.adapters.sqlite.runs import SqliteRuns
from piecework.server.api.websocket.broadcast import Broadcast
from piecework.server.api.websocket.connection_news import ConnectionNews
from piecework.server.api.websocket.flow_events import FlowEvents
from piecework.server.api.websocket.hub import Hub
from piecework.server.api.websocket.trigger_news import TriggerNews
from piecework.server.bootstrap.accounts import Accounts
from piecework.server.bootstrap.execution import Execution
from piecework.server.bootstrap.flows import Flows
from piecework.server.bootstrap.foundation import Foundation, database_path
from piecework.server.bootstrap.telemetry import Telemetry
from piecework.server.kernel.settings import Settings
from piecework.server.modules.app_events.delivery import AppEventDelivery
from piecework.server.modules.approvals.service import ApprovalService
from piecework.server.modules.builder_runs.service import BuilderRunService
from piecework.server.modules.flows.service import FlowDirectory, FlowService
from piecework.server.modules.resuming.service import ResumeService
from piecework.server.modules.retention.service import RetentionService
from piecework.server.modules.runs.recent import RecentKeys
from piecework.server.modules.runs.service import RunService
from piecework.server.modules.runs.slices import LogLimits
from piecework.server.modules.schedules.service import ScheduleService
from piecework.server.modules.sub_flows.service import SubFlowService
from piecework.server.modules.trigger_events.service import TriggerTestService
from piecework.server.modules.trigger_runs.service import TriggerRunService
from piecework.server.modules.webhooks.service import WebhookService
from piecework.server.worker.activation import now_ms
from piecework.server.worker.claim import Worker
from piecework.server.worker.install_retries import InstallRetries
from piecework.server.worker.observing import Observer
from piecework.server.worker.poll import PollLimits, TriggerPolls
from piecework.server.worker.reap import Reaper, Sweep
from piecework.server.worker.schedule import Scheduler, reconcile, repairs_by
from piecework.server.worker.step_tests import StepTests
from piecework.server.worker.turn_facts import RunLimits


@dataclass(frozen=True)
class Machinery:
    """The queue and journal, the sandbox, outgoing HTTP, who waits for an answer, and the worker that drives runs."""

    runs: SqliteRuns
    sandbox: SandboxPool
    npm_host: NpmHost
    http: PooledHttp
    callers: MemoryCallers
    broadcast: Broadcast
    worker: Worker
    observer: Observer

    def blocked_by(self, task: str) -> dict[str, str]:
        """Notes, before the process is ended for it, which run blocks the event loop, if one does: a run's task has its id for a name."""
        step = self.worker.step_in_hand(task)
        self.runs.blame(None if step is None else task)
        return {} if step is None else {"flow_run_id": task, "step": step}

    async def start(self) -> None:
        """Opens the queue and begins to drive what waits in it."""
        await self.runs.start()
        await self.sandbox.start()
        self.worker.start()

    async def stop(self) -> None:
        """Lets runs end for a while, then closes everything; what did not end is in the queue."""
        await self.worker.close()
        await self.runs.close()
        await self.sandbox.close()
        await self.npm_host.close()
        await self.http.close()
        await self.observer.close()


@dataclass(frozen=True)
class Timekeeping:
    """What the clock sets off: triggers that are due, the sweep of what is past retention, installations that are to be tried again."""

    schedules: ScheduleService
    flows: FlowService
    scheduler: Scheduler
    reaper: Reaper
    install_retries: InstallRetries
    trials: TriggerTestService

    async def start(self) -> None:
        """Begins to watch the clock."""
        await reconcile(self.schedules, self.flows)
        await self.schedules.repair_all(now_ms())
        self.scheduler.start()
        self.reaper.start()
        self.install_retries.start()
        await self.trials.start()

    async def stop(self) -> None:
        """Stops all of it."""
        await self.scheduler.close()
        await self.reaper.close()
        await self.install_retries.close()
        await self.trials.close()


@dataclass(frozen=True)
class Live:
    """What keeps browsers up to date: their connections, and what is told of flows."""

    hub: Hub
    flow_events: FlowEvents
    trigger_news: TriggerNews
    connection_news: ConnectionNews


@dataclass(frozen=True)
class Runs:
    """The services through which runs are begun, shown and resumed, and what drives them."""

    runs: RunService
    builder_runs: BuilderRunService
    resumes: ResumeService
    approvals: ApprovalService
    webhooks: WebhookService
    app_events: AppEventDelivery
    machinery: Machinery
    timekeeping: Timekeeping
    trigger_runs: TriggerRunService
    live: Live


def build_runs(ground: Foundation, telemetry: Telemetry, accounts: Accounts, execution: Execution, flows: Flows) -> Runs:
    """Returns what runs flows, idle until `Machinery.start` and `Timekeeping.start`."""
    seconds = ground.settings.webhook_timeout_seconds
    machinery = _machinery(ground.settings, telemetry, execution, flows)
    queue, callers = machinery.runs, machinery.callers
    log_limits = _log_limits(ground.settings)
    runs = RunService(
        ground.database,
        queue,
        queue,
        queue,
        flows.flows,
        machinery.worker,
        callers,
        machinery.broadcast,
        execution.address,
        ground.files,
        log_limits,
    )
    recent = RecentKeys()
    sub_flows = SubFlowService(FlowDirectory(ground.database), flows.flows, runs, execution.http)
    execution.services.connect_flows(sub_flows.of_project)
    execution.npm.connect_projects(accounts.projects.external_id)
    accounts.projects.on_deleted.append(execution.databases.remove)
    webhooks = _webhooks(telemetry, execution, flows, machinery, runs, recent, seconds)
    builder_runs = BuilderRunService(flows.flows, flows.sample_data, flows.programs, runs)
    return Runs(
        runs=runs,
        builder_runs=builder_runs,
        resumes=ResumeService(runs, callers, execution.services, telemetry.metrics, seconds),
        approvals=ApprovalService(runs, queue, flows.flows, accounts.projects, accounts.platforms),
        webhooks=webhooks,
        app_events=AppEventDelivery(execution.catalogue, flows.triggers.events, webhooks, execution.address),
        machinery=machinery,
        timekeeping=_timekeeping(ground, accounts, execution, flows, runs, recent),
        trigger_runs=flows.trigger_runs,
        live=Live(
            Hub(machinery.broadcast, accounts.access, accounts.users, builder_runs),
            FlowEvents(flows.flows, machinery.broadcast),
            TriggerNews(flows.trigger_events, flows.trigger_runs, machinery.broadcast),
            ConnectionNews(execution.vault.credentials, machinery.broadcast),
        ),
    )


def _webhooks(
    telemetry: Telemetry,
    execution: Execution,
    flows: Flows,
    machinery: Machinery,
    runs: RunService,
    recent: RecentKeys,
    seconds: float,
) -> WebhookService:
    return WebhookService(
        flows.flows,
        flows.programs,
        flows.trigger_events,
        machinery.runs,
        machinery.callers,
        machinery.broadcast,
        execution.services,
        execution.address,
        telemetry.metrics,
        runs,
        recent,
        seconds,
    )


def _machinery(settings: Settings, telemetry: Telemetry, execution: Execution, flows: Flows) -> Machinery:
    queue = SqliteRuns(database_path(settings), telemetry.metrics, inline_bytes=settings.webhook_payload_inline_threshold_kb * 1024)
    callers = MemoryCallers()
    broadcast = Broadcast(telemetry.metrics)
    worker = Worker(
        queue,
        queue,
        flows.programs,
        execution.runner,
        execution.services,
        execution.address,
        callers,
        broadcast,
        telemetry.observer,
        StepTests(flows.flows).finish,
        _run_limits(settings),
        settings.worker_concurrency,
    )
    return Machinery(queue, execution.sandbox, execution.npm_host, execution.http, callers, broadcast, worker, telemetry.observer)


def _log_limits(settings: Settings) -> LogLimits:
    return LogLimits(settings.flow_run_log_input_truncate_threshold_kb * 1024, settings.flow_run_log_slice_threshold_kb * 1024)


def _run_limits(settings: Settings) -> RunLimits:
    return RunLimits(
        seconds=settings.flow_timeout_seconds,
        log_bytes=settings.max_flow_run_log_size_mb * 1024 * 1024,
        pause_days=settings.paused_flow_timeout_days,
        log=_log_limits(settings),
        retry_delays=settings.step_retry_delays_seconds,
    )


def _poll_limits(settings: Settings) -> PollLimits:
    return PollLimits(
        seconds=settings.trigger_timeout_seconds,
        items=settings.trigger_max_items_per_poll,
        missed=settings.trigger_missed_ticks,
        missed_limit=settings.trigger_missed_ticks_limit,
    )


def _timekeeping(
    ground: Foundation, accounts: Accounts, execution: Execution, flows: Flows, runs: RunService, recent: RecentKeys
) -> Timekeeping:
    settings = ground.settings
    schedules = flows.triggers.schedules
    polls = TriggerPolls(flows.flows, runs, flows.triggers.hooks, schedules, flows.trigger_runs, recent, _poll_limits(settings))
    retention = RetentionService(ground.database)
    sweeps: dict[str, Sweep] = {
        "logs": retention.remove_logs,
        "run_files": retention.remove_run_files,
        "trigger_events": retention.remove_trigger_events,
        "waitpoints": retention.remove_waitpoints,
        "databases": lambda _before, _limit: execution.databases.remove_orphans(accounts.projects.ids),
    }
    return Timekeeping(
        schedules,
        flows.flows,
        Scheduler(schedules, polls.fire, repairs_by(flows.flows, flows.triggers.switch)),
        Reaper(sweeps, settings.execution_data_retention_days),
        InstallRetries(execution.installs),
        flows.trigger_tests,
    )
