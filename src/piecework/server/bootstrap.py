"""Puts the server together: the only place that binds ports to adapters and services to each other."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import structlog
from starlette.types import ASGIApp

from piecework.runner.catalogue import Catalogue
from piecework.runner.http import AddressGuard, NetworkMode, PooledHttp
from piecework.runner.steps import StepRunner
from piecework.sandbox.errors import CodeSyntaxError
from piecework.sandbox.language import Language, detect_language
from piecework.sandbox.pool import Limits, SandboxPool
from piecework.sdk.services import Server
from piecework.server.adapters.memory.callers import MemoryCallers
from piecework.server.adapters.sqlite.runs import SqliteRuns
from piecework.server.api.app import create_app
from piecework.server.api.dispatch import Mount
from piecework.server.api.websocket.broadcast import Broadcast
from piecework.server.api.websocket.flow_events import FlowEvents
from piecework.server.api.websocket.hub import Hub
from piecework.server.kernel.crypto import Cipher
from piecework.server.kernel.db import Database
from piecework.server.kernel.folder_lock import locked
from piecework.server.kernel.http import Principal, PrincipalType, RateLimiter, Routes
from piecework.server.kernel.logging import configure_logging
from piecework.server.kernel.schema_version import upgrade_if_behind
from piecework.server.kernel.secret_files import load_or_create_secret
from piecework.server.kernel.settings import Settings
from piecework.server.kernel.tokens import TokenSigner
from piecework.server.modules.access.service import AccessService
from piecework.server.modules.authentication import endpoints as authentication_endpoints
from piecework.server.modules.authentication.service import AuthenticationService
from piecework.server.modules.builder_runs import endpoints as builder_run_endpoints
from piecework.server.modules.builder_runs.service import BuilderRunService
from piecework.server.modules.files import endpoints as file_endpoints
from piecework.server.modules.files.service import FileService
from piecework.server.modules.flags import endpoints as flag_endpoints
from piecework.server.modules.flags.service import FlagService
from piecework.server.modules.flows import endpoints as flow_endpoints
from piecework.server.modules.flows.code import CodeRejected, CompileCode, SourceCode
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.flows.service import FlowCounts, FlowService, FlowSettings, MayOwn
from piecework.server.modules.folders import endpoints as folder_endpoints
from piecework.server.modules.folders.service import FolderService
from piecework.server.modules.health import endpoints as health_endpoints
from piecework.server.modules.health.service import HealthService
from piecework.server.modules.invitations import endpoints as invitation_endpoints
from piecework.server.modules.invitations.service import InvitationService
from piecework.server.modules.pieces import endpoints as piece_endpoints
from piecework.server.modules.pieces.service import PieceService
from piecework.server.modules.platforms import endpoints as platform_endpoints
from piecework.server.modules.platforms.service import PlatformService
from piecework.server.modules.programs.service import ProgramService
from piecework.server.modules.projects import endpoints as project_endpoints
from piecework.server.modules.projects.service import ProjectService
from piecework.server.modules.resuming import endpoints as resume_endpoints
from piecework.server.modules.resuming.service import ResumeService
from piecework.server.modules.runs import endpoints as run_endpoints
from piecework.server.modules.runs.service import RunService
from piecework.server.modules.sample_data import endpoints as sample_data_endpoints
from piecework.server.modules.sample_data.service import SampleDataService
from piecework.server.modules.schedules.service import ScheduleService
from piecework.server.modules.step_services.service import StepServices
from piecework.server.modules.store import endpoints as store_endpoints
from piecework.server.modules.store.service import StoreService
from piecework.server.modules.tags import endpoints as tag_endpoints
from piecework.server.modules.tags.service import TagService
from piecework.server.modules.templates import endpoints as template_endpoints
from piecework.server.modules.templates.service import TemplateService
from piecework.server.modules.trigger_events import endpoints as trigger_event_endpoints
from piecework.server.modules.trigger_events.service import TriggerEventService, TriggerTestService
from piecework.server.modules.users import endpoints as user_endpoints
from piecework.server.modules.users.schemas import PlatformRole
from piecework.server.modules.users.service import UserService
from piecework.server.modules.webhooks.endpoints import PREFIX as WEBHOOK_PREFIX
from piecework.server.modules.webhooks.endpoints import WEBHOOK_PATHS, webhook_app
from piecework.server.modules.webhooks.service import WebhookService
from piecework.server.modules.workers import endpoints as worker_endpoints
from piecework.server.modules.workers.service import WorkerService
from piecework.server.worker.activation import TriggerSwitch
from piecework.server.worker.claim import Worker
from piecework.server.worker.drive import RunLimits
from piecework.server.worker.poll import TriggerPolls
from piecework.server.worker.reap import Reaper, Sweep
from piecework.server.worker.schedule import Scheduler, reconcile
from piecework.server.worker.step_tests import StepTests
from piecework.server.worker.trigger_hooks import TriggerHooks

DATABASE_FILE = "piecework.db"

ROUTES: Sequence[Routes] = (
    authentication_endpoints.routes,
    user_endpoints.routes,
    platform_endpoints.routes,
    project_endpoints.routes,
    run_endpoints.routes,
    resume_endpoints.routes,
    flow_endpoints.routes,
    folder_endpoints.routes,
    piece_endpoints.routes,
    template_endpoints.routes,
    sample_data_endpoints.routes,
    builder_run_endpoints.routes,
    trigger_event_endpoints.routes,
    file_endpoints.routes,
    store_endpoints.routes,
    tag_endpoints.routes,
    invitation_endpoints.routes,
    flag_endpoints.routes,
    health_endpoints.routes,
    worker_endpoints.routes,
)
"""The modules' routes in the order in which they are tried: the busiest first, when it matters."""


@dataclass(frozen=True)
class Machinery:
    """What runs flows: the queue and journal, the sandbox, outgoing HTTP, and the worker that drives runs in this process."""

    runs: SqliteRuns
    sandbox: SandboxPool
    http: PooledHttp
    worker: Worker

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
        await self.http.close()


@dataclass(frozen=True)
class Live:
    """What keeps browsers up to date: their connections, and what is told of flows."""

    hub: Hub
    flow_events: FlowEvents


@dataclass(frozen=True)
class Timekeeping:
    """What the clock sets off: triggers that are due, and the sweep of what is past retention."""

    schedules: ScheduleService
    flows: FlowService
    scheduler: Scheduler
    reaper: Reaper

    async def start(self) -> None:
        """Begins to watch the clock."""
        await reconcile(self.schedules, self.flows)
        self.scheduler.start()
        self.reaper.start()

    async def stop(self) -> None:
        """Stops both."""
        await self.scheduler.close()
        await self.reaper.close()


@dataclass(frozen=True)
class Container:
    """Everything that lives as long as the server. Endpoints ask for a field by its type (`kernel.http.Provided`)."""

    settings: Settings
    database: Database
    cipher: Cipher
    tokens: TokenSigner
    rate_limiter: RateLimiter
    access: AccessService
    users: UserService
    platforms: PlatformService
    projects: ProjectService
    invitations: InvitationService
    authentication: AuthenticationService
    folders: FolderService
    flows: FlowService
    runs: RunService
    builder_runs: BuilderRunService
    resumes: ResumeService
    live: Live
    timekeeping: Timekeeping
    webhooks: WebhookService
    machinery: Machinery
    files: FileService
    pieces: PieceService
    templates: TemplateService
    sample_data: SampleDataService
    trigger_events: TriggerEventService
    trigger_tests: TriggerTestService
    store: StoreService
    tags: TagService
    flags: FlagService
    health: HealthService
    workers: WorkerService

    def services(self) -> Mapping[type[Any], Any]:
        """Returns the fields by their types."""
        return {type(value): value for value in (getattr(self, field.name) for field in fields(self))}


def build_container(settings: Settings) -> Container:
    """Returns the services, put together and idle."""
    database = Database(database_url(settings))
    tokens = TokenSigner(_secret(settings, "jwt_secret", 32))
    users = UserService(database)
    platforms = PlatformService(database)
    projects = ProjectService(database, FlowCounts(database).of_projects)
    access = AccessService(tokens, users, projects)
    files = FileService(database, tokens, settings.frontend_url, timedelta(days=settings.execution_data_retention_days))
    store = StoreService(database, int(settings.max_store_entry_value_size_kb * 1024))
    folders = FolderService(database, FlowCounts(database).in_folders)
    templates = TemplateService(database)
    catalogue = Catalogue.load()
    sandbox = SandboxPool(_sandbox_limits(settings), warm=0)
    http = PooledHttp(AddressGuard(NetworkMode(settings.network_mode), settings.ssrf_allow_list))
    step_services = StepServices(store, files, http, settings.frontend_url, int(settings.max_file_size_mb * 1024 * 1024))
    address = Server(api_url=f"{settings.frontend_url}/api/", public_url=f"{settings.frontend_url}/api/")
    schedules = ScheduleService(database)
    trigger_hooks = TriggerHooks(catalogue, step_services, address)

    async def find_version(version_id: str) -> StoredVersion | None:  # the trigger switch and the flows know each other
        return await flows.version(version_id)

    activation = TriggerSwitch(
        schedules,
        trigger_hooks,
        find_version,
        poll_minutes=settings.trigger_default_poll_interval,
        hook_seconds=settings.trigger_hooks_timeout_seconds,
    )
    flows = FlowService(
        database,
        catalogue,
        folders,
        users,
        files,
        activation,
        _compiled_by(sandbox),
        templates.flow_of,
        _may_own_by(access, users),
        FlowSettings(enable_on_publish=settings.enable_flow_on_publish),
    )
    projects.changed.connect(flows.forget_everything)
    trigger_events = TriggerEventService(database, flows, files)
    runner = StepRunner(catalogue, sandbox)
    programs = ProgramService(flows, runner)
    queue = SqliteRuns(settings.data_dir / DATABASE_FILE)
    callers = MemoryCallers()
    broadcast = Broadcast()
    worker = Worker(
        queue,
        queue,
        programs,
        runner,
        step_services,
        address,
        callers,
        broadcast,
        StepTests(flows).finish,
        RunLimits(settings.flow_timeout_seconds, int(settings.max_flow_run_log_size_mb * 1024 * 1024), settings.paused_flow_timeout_days),
        settings.worker_concurrency,
    )
    invitations = InvitationService(database, tokens, users, projects, settings.frontend_url)
    sample_data = SampleDataService(files)
    runs = RunService(database, queue, queue, queue, flows, worker)
    builder_runs = BuilderRunService(flows, sample_data, programs, runs)
    polls = TriggerPolls(flows, runs, trigger_hooks, settings.trigger_timeout_seconds)
    return Container(
        settings=settings,
        database=database,
        cipher=Cipher(bytes.fromhex(_secret(settings, "encryption_key", 16))),
        tokens=tokens,
        rate_limiter=_rate_limiter(settings),
        access=access,
        users=users,
        platforms=platforms,
        projects=projects,
        invitations=invitations,
        authentication=AuthenticationService(
            database, access, users, platforms, projects, invitations, open_sign_up=settings.allow_open_sign_up
        ),
        folders=folders,
        flows=flows,
        runs=runs,
        builder_runs=builder_runs,
        resumes=ResumeService(runs, callers, step_services, settings.webhook_timeout_seconds),
        live=Live(Hub(broadcast, access, users, builder_runs), FlowEvents(flows, broadcast)),
        timekeeping=Timekeeping(
            schedules, flows, Scheduler(schedules, polls.fire), Reaper(_sweeps(runs), settings.execution_data_retention_days)
        ),
        webhooks=WebhookService(flows, programs, trigger_events, queue, callers, step_services, address, settings.webhook_timeout_seconds),
        machinery=Machinery(queue, sandbox, http, worker),
        files=files,
        pieces=PieceService(catalogue, step_services, address),
        templates=templates,
        sample_data=sample_data,
        trigger_events=trigger_events,
        trigger_tests=TriggerTestService(flows, trigger_events, catalogue, step_services, address),
        store=store,
        tags=TagService(database),
        flags=FlagService(database, settings, users, platforms),
        health=HealthService(database, settings.data_dir),
        workers=WorkerService(settings.data_dir, _worker_props(settings)),
    )


def build_app(container: Container, mounts: Sequence[Mount] = ()) -> ASGIApp:
    """Returns the HTTP application of a container."""
    return create_app(
        access=container.access,
        rate_limiter=container.rate_limiter,
        services=container.services(),
        routes=ROUTES,
        max_body_bytes=int(container.settings.max_file_size_mb * 1024 * 1024),
        mounts=[_webhook_mount(container), container.live.hub.mount(), *mounts],
    )


def _webhook_mount(container: Container) -> Mount:
    max_bytes = int(container.settings.max_webhook_payload_size_mb * 1024 * 1024)
    return Mount(WEBHOOK_PREFIX, webhook_app(container.webhooks, max_bytes), WEBHOOK_PATHS)


@asynccontextmanager
async def running(container: Container) -> AsyncGenerator[None, None]:
    """What must happen before the first request and after the last one."""
    with locked(container.settings.data_dir):
        await upgrade_if_behind(container.database, database_url(container.settings))
        await container.machinery.start()
        await container.timekeeping.start()
        try:
            yield
        finally:
            await container.live.hub.close()
            await container.timekeeping.stop()
            await container.machinery.stop()
            await container.database.close()


def serve(settings: Settings) -> None:
    """Runs the server until it is told to stop (SIGINT, SIGTERM): no new requests then, and time for those under way."""
    import uvicorn

    configure_logging(settings.log_level, pretty=settings.log_pretty)
    log = structlog.get_logger("server")
    for warning in settings.warnings:
        log.warning(warning)

    async def main() -> None:
        container = build_container(settings)
        config = uvicorn.Config(
            build_app(container),
            host=settings.host,
            port=settings.port,
            http="httptools",
            ws="websockets-sansio",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=20,
            timeout_keep_alive=75,
            proxy_headers=False,
        )
        async with running(container):
            log.info("listening", host=settings.host, port=settings.port, url=settings.frontend_url)
            await uvicorn.Server(config).serve()

    _event_loop_runner(main())


def database_url(settings: Settings) -> str:
    """Returns SQLAlchemy's URL of the embedded database; its folder is made when it is not there."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return f"sqlite+aiosqlite:///{settings.data_dir / DATABASE_FILE}"


def _event_loop_runner(coroutine: Any) -> None:
    try:
        import uvloop
    except ImportError:  # Windows
        import asyncio

        asyncio.run(coroutine)
    else:
        uvloop.run(coroutine)


def _secret(settings: Settings, name: str, length: int) -> str:
    given = getattr(settings, name)
    return given.get_secret_value() if given is not None else load_or_create_secret(settings.data_dir, name, length)


def _rate_limiter(settings: Settings) -> RateLimiter:
    return RateLimiter(
        settings.api_rate_limit_authn_max if settings.api_rate_limit_authn_enabled else None,
        settings.api_rate_limit_authn_window,
        None if settings.client_real_ip_header == "none" else settings.client_real_ip_header,
    )


def _worker_props(settings: Settings) -> Mapping[str, str]:
    """The settings that a worker shows, by the wire's names."""
    return {
        "EXECUTION_MODE": settings.execution_mode.value,
        "WORKER_CONCURRENCY": str(settings.worker_concurrency),
        "SANDBOX_MEMORY_LIMIT": str(settings.sandbox_memory_limit * 1024),
        "REUSE_SANDBOX": "true",
    }


def _sandbox_limits(settings: Settings) -> Limits:
    return Limits(
        memory_mb=settings.sandbox_memory_limit,
        cpu_seconds=settings.sandbox_cpu_limit_seconds,
        wall_seconds=settings.sandbox_wall_limit_seconds,
    )


def _compiled_by(sandbox: SandboxPool) -> CompileCode:
    async def compile_code(source: SourceCode) -> str | None:
        try:
            if detect_language(source) is not Language.JAVASCRIPT:
                return None
            return await sandbox.compile(source["code"])
        except CodeSyntaxError as error:
            raise CodeRejected(f"{error.message} (line {error.line})" if error.line else error.message) from error
        except ValueError as error:
            raise CodeRejected(str(error)) from error

    return compile_code


def _sweeps(runs: RunService) -> dict[str, Sweep]:
    return {"logs": runs.remove_old_logs, "step_files": runs.remove_old_step_files, "waitpoints": runs.remove_old_waitpoints}


def _may_own_by(access: AccessService, users: UserService) -> MayOwn:
    async def may_own(user_id: str, project_id: str) -> bool:
        session = await users.session_of(user_id)
        if session is None:
            return False
        is_admin = session["platformRole"] == PlatformRole.ADMIN
        principal = Principal(PrincipalType.USER, user_id, session["platformId"], is_admin=is_admin)
        return await access.may_enter(principal, project_id)

    return may_own
