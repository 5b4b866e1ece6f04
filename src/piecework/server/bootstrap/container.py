"""All groups together, and what endpoints may ask of them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from piecework.server.bootstrap.accounts import Accounts, build_accounts
from piecework.server.bootstrap.execution import Execution, build_execution
from piecework.server.bootstrap.flows import Flows, build_flows
from piecework.server.bootstrap.foundation import Foundation, build_foundation, database_path
from piecework.server.bootstrap.machinery import Runs, build_runs
from piecework.server.bootstrap.secrets import SecretServices, build_secrets
from piecework.server.bootstrap.telemetry import Telemetry, build_telemetry
from piecework.server.kernel.settings import Settings
from piecework.server.modules.flags.service import FlagService
from piecework.server.modules.health.service import HealthService, RuntimeService
from piecework.server.modules.workers.service import WorkerService


@dataclass(frozen=True)
class Status:
    """What the server says about itself."""

    flags: FlagService
    health: HealthService
    runtime: RuntimeService
    workers: WorkerService


@dataclass(frozen=True)
class Container:
    """Everything that lives as long as the server, in groups."""

    foundation: Foundation
    telemetry: Telemetry
    accounts: Accounts
    execution: Execution
    flows: Flows
    secrets: SecretServices
    runs: Runs
    status: Status

    def services(self) -> Mapping[type[Any], Any]:
        """Returns the members of all groups by their types: endpoints ask for one by its type (`kernel.http.Provided`)."""
        groups = [getattr(self, field.name) for field in fields(self)]
        members = [getattr(group, field.name) for group in groups for field in fields(group)]
        return {type(member): member for member in members}


def build_container(settings: Settings) -> Container:
    """Returns the services, put together and idle."""
    foundation = build_foundation(settings)
    telemetry = build_telemetry(settings)
    accounts = build_accounts(foundation)
    execution = build_execution(foundation)
    flows = build_flows(foundation, accounts, execution)
    secrets = build_secrets(foundation, accounts, execution, flows)
    runs = build_runs(foundation, telemetry, accounts, execution, flows)
    return Container(foundation, telemetry, accounts, execution, flows, secrets, runs, _status(foundation, accounts, runs))


def _status(ground: Foundation, accounts: Accounts, runs: Runs) -> Status:
    settings, machinery = ground.settings, runs.machinery
    health = HealthService(ground.database, settings.data_dir)
    return Status(
        flags=FlagService(ground.database, settings, accounts.users, accounts.platforms),
        health=health,
        runtime=RuntimeService(health, database_path(settings), machinery.runs, machinery.worker, machinery.sandbox),
        workers=WorkerService(settings.data_dir, _worker_props(settings)),
    )


def _worker_props(settings: Settings) -> Mapping[str, str]:
    """The settings that a worker shows, by the wire's names."""
    return {
        "EXECUTION_MODE": settings.execution_mode.value,
        "WORKER_CONCURRENCY": str(settings.worker_concurrency),
        "SANDBOX_MEMORY_LIMIT": str(settings.sandbox_memory_limit * 1024),
        "REUSE_SANDBOX": "true",
    }
