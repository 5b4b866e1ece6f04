"""The application of a container, and the server's life: what starts before the first request, what stops after the last one."""

import gc
import signal
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.types import ASGIApp

from piecework.server.api.app import create_app
from piecework.server.api.dispatch import Mount
from piecework.server.bootstrap.container import Container, build_container
from piecework.server.bootstrap.foundation import database_url
from piecework.server.bootstrap.telemetry import metrics_mount
from piecework.server.kernel.folder_lock import locked
from piecework.server.kernel.http import Routes
from piecework.server.kernel.logging import configure_logging
from piecework.server.kernel.schema_version import upgrade_if_behind
from piecework.server.kernel.settings import Settings
from piecework.server.kernel.watchdog import Watchdog
from piecework.server.modules.app_events.endpoints import APP_EVENT_PATHS, app_event_app
from piecework.server.modules.app_events.endpoints import PREFIX as APP_EVENT_PREFIX
from piecework.server.modules.authentication import endpoints as authentication_endpoints
from piecework.server.modules.builder_runs import endpoints as builder_run_endpoints
from piecework.server.modules.connections import endpoints as connection_endpoints
from piecework.server.modules.files import endpoints as file_endpoints
from piecework.server.modules.flags import endpoints as flag_endpoints
from piecework.server.modules.flows import endpoints as flow_endpoints
from piecework.server.modules.folders import endpoints as folder_endpoints
from piecework.server.modules.health import endpoints as health_endpoints
from piecework.server.modules.human_input import endpoints as human_input_endpoints
from piecework.server.modules.invitations import endpoints as invitation_endpoints
from piecework.server.modules.piece_installs import endpoints as piece_install_endpoints
from piecework.server.modules.pieces import endpoints as piece_endpoints
from piecework.server.modules.platforms import endpoints as platform_endpoints
from piecework.server.modules.projects import endpoints as project_endpoints
from piecework.server.modules.resuming import endpoints as resume_endpoints
from piecework.server.modules.runs import endpoints as run_endpoints
from piecework.server.modules.sample_data import endpoints as sample_data_endpoints
from piecework.server.modules.store import endpoints as store_endpoints
from piecework.server.modules.tags import endpoints as tag_endpoints
from piecework.server.modules.templates import endpoints as template_endpoints
from piecework.server.modules.trigger_events import endpoints as trigger_event_endpoints
from piecework.server.modules.trigger_runs import endpoints as trigger_run_endpoints
from piecework.server.modules.users import endpoints as user_endpoints
from piecework.server.modules.variables import endpoints as variable_endpoints
from piecework.server.modules.webhooks.endpoints import PREFIX as WEBHOOK_PREFIX
from piecework.server.modules.webhooks.endpoints import WEBHOOK_PATHS, webhook_app
from piecework.server.modules.workers import endpoints as worker_endpoints

ROUTES: Sequence[Routes] = (
    authentication_endpoints.routes,
    user_endpoints.routes,
    platform_endpoints.routes,
    project_endpoints.routes,
    run_endpoints.routes,
    resume_endpoints.routes,
    flow_endpoints.routes,
    folder_endpoints.routes,
    piece_install_endpoints.routes,
    piece_endpoints.routes,
    template_endpoints.routes,
    sample_data_endpoints.routes,
    builder_run_endpoints.routes,
    trigger_event_endpoints.routes,
    trigger_run_endpoints.routes,
    human_input_endpoints.routes,
    file_endpoints.routes,
    store_endpoints.routes,
    connection_endpoints.routes,
    connection_endpoints.global_routes,
    connection_endpoints.worker_routes,
    connection_endpoints.oauth_app_routes,
    variable_endpoints.routes,
    variable_endpoints.worker_routes,
    tag_endpoints.routes,
    invitation_endpoints.routes,
    flag_endpoints.routes,
    health_endpoints.routes,
    worker_endpoints.routes,
)
"""The modules' routes in the order in which they are tried: the busiest first, when it matters."""


def build_app(container: Container, mounts: Sequence[Mount] = ()) -> ASGIApp:
    """Returns the HTTP application of a container."""
    return create_app(
        access=container.accounts.access,
        rate_limiter=container.foundation.rate_limiter,
        services=container.services(),
        routes=ROUTES,
        public_path=urlsplit(container.foundation.settings.frontend_url).path,
        max_body_bytes=int(container.foundation.settings.max_file_size_mb * 1024 * 1024),
        mounts=[
            _webhook_mount(container),
            _app_event_mount(container),
            container.runs.live.hub.mount(),
            _metrics_mount(container),
            *mounts,
        ],
    )


def _webhook_mount(container: Container) -> Mount:
    max_bytes = int(container.foundation.settings.max_webhook_payload_size_mb * 1024 * 1024)
    return Mount(WEBHOOK_PREFIX, webhook_app(container.runs.webhooks, max_bytes), WEBHOOK_PATHS)


def _app_event_mount(container: Container) -> Mount:
    max_bytes = int(container.foundation.settings.max_webhook_payload_size_mb * 1024 * 1024)
    return Mount(APP_EVENT_PREFIX, app_event_app(container.runs.app_events, max_bytes), APP_EVENT_PATHS)


def _metrics_mount(container: Container) -> Mount:
    machinery = container.runs.machinery
    return metrics_mount(container.foundation.settings, container.telemetry.metrics, machinery.runs, machinery.worker, machinery.sandbox)


@asynccontextmanager
async def running(container: Container) -> AsyncGenerator[None, None]:
    """What must happen before the first request and after the last one."""
    ground, runs = container.foundation, container.runs
    with locked(ground.settings.data_dir):
        await upgrade_if_behind(ground.database, database_url(ground.settings))
        watchdog = Watchdog(ground.settings.watchdog_seconds, runs.machinery.blocked_by)
        watchdog.start()  # before the worker, which takes up what the last process left at once: perhaps what it hung on
        await runs.machinery.start()
        await runs.timekeeping.start()
        try:
            yield
        finally:
            await runs.live.hub.close()
            await runs.timekeeping.stop()
            await runs.machinery.stop()
            await ground.database.close()
            watchdog.stop()


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
            gc.freeze()  # what the start has made stays: no collection looks through it again
            gc.enable()
            log.info("listening", host=settings.host, port=settings.port, url=settings.frontend_url)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, _ignore_once)
            await uvicorn.Server(config).serve()

    _event_loop_runner(main())


def _ignore_once(number: int, _frame: Any) -> None:
    """uvicorn raises the signal that stopped it once more when it is done; what runs still have to write comes after that.

    The next one ends the process at once.
    """
    signal.signal(number, signal.SIG_DFL)


def _event_loop_runner(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop
    except ImportError:  # Windows
        import asyncio

        asyncio.run(coroutine)
    else:
        uvloop.run(coroutine)
