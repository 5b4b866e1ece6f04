"""What runs one step: the pieces, the sandbox for code, the host for pieces from npm, outgoing HTTP, and the services that a piece is given."""

from dataclasses import dataclass

from piecework.runner.catalogue import Catalogue
from piecework.runner.http import AddressGuard, NetworkMode, PooledHttp
from piecework.runner.npm import NpmRuntime
from piecework.runner.steps import StepRunner
from piecework.sandbox.errors import CodeSyntaxError
from piecework.sandbox.language import Language, detect_language
from piecework.sandbox.npm.egress import Egress
from piecework.sandbox.npm.folders import PieceFolders
from piecework.sandbox.npm.host import HostLimits, NpmHost
from piecework.sandbox.npm.install import Installer
from piecework.sandbox.pool import Limits, SandboxPool
from piecework.sdk.services import Server
from piecework.server.bootstrap.foundation import Foundation
from piecework.server.kernel.settings import ExecutionMode, Settings
from piecework.server.modules.connections.service import Claims, Credentials, Renewal
from piecework.server.modules.flows.code import CodeRejected, CompileCode, SourceCode
from piecework.server.modules.piece_installs.service import PieceInstallService
from piecework.server.modules.project_databases.service import ProjectDatabases
from piecework.server.modules.step_services.service import StepServices
from piecework.server.modules.variables.service import VariableValues


@dataclass(frozen=True)
class Vault:
    """What opens the secrets of projects for steps, and what makes new ones."""

    credentials: Credentials
    variables: VariableValues
    claims: Claims


PIECES_FOLDER = "pieces"
DATABASES_FOLDER = "databases"


@dataclass(frozen=True)
class Execution:
    """See the file's first line. `address` is where pieces find this server."""

    catalogue: Catalogue
    sandbox: SandboxPool
    http: PooledHttp
    runner: StepRunner
    services: StepServices
    databases: ProjectDatabases
    vault: Vault
    address: Server
    npm_host: NpmHost
    npm: NpmRuntime
    installs: PieceInstallService


def build_execution(ground: Foundation) -> Execution:
    """Returns what runs steps, idle: the sandbox is started by `Machinery.start`."""
    settings = ground.settings
    catalogue = Catalogue.load(settings.prefer_npm_pieces)
    sandbox = SandboxPool(_sandbox_limits(settings), warm=0)
    http = PooledHttp(AddressGuard(NetworkMode(settings.network_mode), settings.ssrf_allow_list))
    max_file_bytes = int(settings.max_file_size_mb * 1024 * 1024)
    api = f"{settings.frontend_url}/api/"
    address = Server(api_url=api, public_url=api)
    vault = _vault(ground, catalogue, http, address)
    app_secrets = {name: secret.webhookSecret.get_secret_value() for name, secret in settings.app_webhook_secrets.items()}
    databases = ProjectDatabases(settings.data_dir / DATABASES_FOLDER)
    services = StepServices(
        ground.store, ground.files, http, vault.credentials, vault.variables, settings.frontend_url, max_file_bytes, app_secrets,
        databases.of_project,
    )  # fmt: skip
    folders = PieceFolders(settings.data_dir / PIECES_FOLDER)
    host = npm_host(settings, folders)
    npm = NpmRuntime(host, app_secrets)
    installs = PieceInstallService(Installer(folders, host), folders, catalogue, npm, ground.files)
    installs.synchronise()
    return Execution(
        catalogue=catalogue,
        sandbox=sandbox,
        http=http,
        runner=StepRunner(catalogue, sandbox),
        services=services,
        databases=databases,
        vault=vault,
        address=address,
        npm_host=host,
        npm=npm,
        installs=installs,
    )


def _vault(ground: Foundation, catalogue: Catalogue, http: PooledHttp, address: Server) -> Vault:
    renewal = Renewal(ground.database, ground.keyring, http, address)
    bound = ground.settings.enforce_connection_piece_binding
    credentials = Credentials(ground.database, ground.keyring, catalogue.get, renewal, bound_to_piece=bound)
    return Vault(credentials, VariableValues(ground.database, ground.keyring), Claims(http, address, renewal))


def npm_host(settings: Settings, folders: PieceFolders) -> NpmHost:
    """Returns the host for the pieces in a folder, idle: its process is started by the first call."""
    folders.prepare()
    limits = HostLimits(
        memory_mb=settings.npm_piece_memory_limit,
        threads=settings.npm_piece_threads,
        blocked_seconds=settings.sandbox_cpu_limit_seconds,
    )
    return NpmHost(
        folders.root,
        limits,
        egress=Egress(settings.ssrf_allow_list) if settings.network_mode == NetworkMode.STRICT else None,
        confined=settings.execution_mode in (ExecutionMode.SANDBOX_PROCESS, ExecutionMode.SANDBOX_CODE_AND_PROCESS),
    )


def compiled_by(sandbox: SandboxPool) -> CompileCode:
    """Returns what checks and compiles the code of a step as it is saved; only JavaScript has a compiled form."""

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


def _sandbox_limits(settings: Settings) -> Limits:
    return Limits(
        memory_mb=settings.sandbox_memory_limit,
        cpu_seconds=settings.sandbox_cpu_limit_seconds,
        wall_seconds=settings.sandbox_wall_limit_seconds,
    )
