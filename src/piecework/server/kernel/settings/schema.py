"""Every setting: its name, type, default and meaning, in the sections of the reference.

Units are those of the wire (spec/env.md) and part of the name where the wire put them there. A default that is not the wire's says why in
a comment beside it. The docstring under a setting is its documentation: the reference and the start-up errors quote it.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from piecework.server.kernel.settings.values import (
    PLANNED,
    AppWebhookSecrets,
    ContainerType,
    Count,
    DatabaseType,
    Days,
    DefaultText,
    EncryptionKey,
    EncryptionKeys,
    Environment,
    ExecutionMode,
    FileStorage,
    Folder,
    HeaderName,
    Kilobytes,
    LogLevel,
    Megabytes,
    MetricsToken,
    Minutes,
    MissedTicks,
    Names,
    NetworkExceptions,
    NetworkMode,
    PiecesSyncMode,
    Port,
    RedisType,
    RetryDelays,
    SandboxMegabytes,
    Seconds,
    SecondsOrNever,
    TokenSecret,
    WebAddress,
    Window,
)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


class CoreSettings(_Section):
    """Core"""

    host: str = "127.0.0.1"  # ours: a fresh server, whose first visitor becomes its administrator, is not offered to the network unasked
    """Address that the HTTP server listens on; `0.0.0.0` for every interface, as a container needs."""
    port: Port = 8080  # the wire: 3000; README promises http://localhost:8080
    """Port that the HTTP server listens on; 0 takes any free one."""
    frontend_url: Annotated[WebAddress, DefaultText("`http://localhost:<AP_PORT>`")] = Field(  # the wire: required
        default_factory=lambda chosen: f"http://localhost:{chosen['port']}"
    )
    """Public URL of the installation: the base of webhook, form, OAuth redirect and e-mail links. Set it before you share a webhook URL."""
    data_dir: Folder = Path(".data")  # ours, in the place of the wire's AP_CONFIG_PATH
    """Folder that holds everything the embedded profile keeps: database, files, generated keys. Back it up as a whole."""
    encryption_key: Annotated[EncryptionKey | None, DefaultText("generated into `AP_DATA_DIR`")] = None  # the wire: required
    """AES key that encrypts connections and variables. Whoever loses it loses them."""
    encryption_key_previous: EncryptionKeys = ()
    """Keys that `AP_ENCRYPTION_KEY` has replaced (ours): they still open what they sealed, until `piecework rotate-encryption-key` is through."""
    jwt_secret: Annotated[TokenSecret | None, DefaultText("generated into `AP_DATA_DIR`")] = None  # the wire: required
    """Signs every token; changing it signs everybody out."""
    environment: Environment = Environment.PROD
    """What the installation is for; shown by the flags endpoint, changes no behaviour."""
    container_type: ContainerType = ContainerType.WORKER_AND_APP
    """Which half of the server this process runs. The embedded profile is one process, so only `WORKER_AND_APP` is possible with it."""
    internal_url: Annotated[WebAddress | None, PLANNED] = None
    """URL by which workers reach the app when the public one is not reachable from inside."""
    client_real_ip_header: HeaderName = "x-real-ip"
    """Header in which your reverse proxy puts the caller's address. `none` when there is no proxy, since callers could write it too."""
    telemetry_enabled: bool = False  # the wire: true
    """Accepted so that an existing environment starts; Piecework sends no product telemetry whatever this says."""


class DatabaseSettings(_Section):
    """Database and queue"""

    db_type: DatabaseType = DatabaseType.EMBEDDED  # the wire: POSTGRES; the embedded profile needs nothing installed
    """Where rows live: SQLite in `AP_DATA_DIR`, or a PostgreSQL server (not available in this version)."""
    postgres_url: Annotated[SecretStr | None, PLANNED] = None
    """PostgreSQL's connection URL; or give the parts below."""
    postgres_host: Annotated[str | None, PLANNED] = None
    """PostgreSQL's host."""
    postgres_port: Annotated[Port, PLANNED] = 5432
    """PostgreSQL's port."""
    postgres_database: Annotated[str | None, PLANNED] = None
    """PostgreSQL's database."""
    postgres_username: Annotated[str | None, PLANNED] = None
    """PostgreSQL's user."""
    postgres_password: Annotated[SecretStr | None, PLANNED] = None
    """PostgreSQL's password."""
    postgres_use_ssl: Annotated[bool, PLANNED] = False
    """Whether to speak TLS with PostgreSQL."""
    postgres_ssl_ca: Annotated[str | None, PLANNED] = None
    """Certificate authority of PostgreSQL's server, in PEM."""
    postgres_pool_size: Annotated[Count | None, PLANNED] = None
    """Connections that one process keeps."""
    postgres_idle_timeout_ms: Annotated[Count, PLANNED] = 300_000
    """Milliseconds after which an idle connection is closed."""
    redis_type: RedisType = RedisType.MEMORY  # the wire: STANDALONE; the embedded queue is durable, on the same SQLite file
    """Where the queue lives: `MEMORY` for the embedded one, or a Redis (not available in this version)."""
    redis_url: Annotated[SecretStr | None, PLANNED] = None
    """Redis's connection URL; or give the parts below."""
    redis_host: Annotated[str | None, PLANNED] = None
    """Redis's host."""
    redis_port: Annotated[Port, PLANNED] = 6379
    """Redis's port."""
    redis_user: Annotated[str | None, PLANNED] = None
    """Redis's user."""
    redis_password: Annotated[SecretStr | None, PLANNED] = None
    """Redis's password."""
    redis_db: Annotated[int, Field(ge=0, le=1_000_000), PLANNED] = 0
    """Redis's database number."""
    redis_use_ssl: Annotated[bool, PLANNED] = False
    """Whether to speak TLS with Redis."""
    redis_ssl_ca_file: Annotated[Folder | None, PLANNED] = None
    """File with the certificate authority of Redis's server."""
    redis_sentinel_hosts: Annotated[Names | None, PLANNED] = None
    """Sentinels as `host:port`."""
    redis_sentinel_name: Annotated[str | None, PLANNED] = None
    """Name of the primary that the sentinels watch."""
    redis_sentinel_role: Annotated[str | None, PLANNED] = None
    """Role to ask the sentinels for."""
    redis_failed_job_retention_days: Annotated[Days, PLANNED] = 30
    """Days that a dead job is kept."""
    redis_failed_job_retention_max_count: Annotated[Count, PLANNED] = 100_000
    """Dead jobs that are kept at most."""


class ExecutionSettings(_Section):
    """Execution and workers"""

    execution_mode: ExecutionMode = ExecutionMode.SANDBOX_CODE_ONLY  # the wire: UNSANDBOXED; code that users write is not trusted
    """How untrusted code is confined. Code always runs in sandboxed child processes (JavaScript in V8, Python in bubblewrap), native pieces in
    the server's process, pieces from npm in a process of Node without the server's environment; with `SANDBOX_PROCESS` and
    `SANDBOX_CODE_AND_PROCESS` that process runs in bubblewrap. `UNSANDBOXED` takes no protection away."""
    worker_concurrency: Count = 32  # the wire: 5 sandboxes; here: runs driven at once, most of which wait for somebody else's server
    """Runs that one worker drives at once."""
    worker_token: Annotated[SecretStr | None, PLANNED] = None
    """Token with which a remote worker reports to the app."""
    sandbox_memory_limit: SandboxMegabytes = 128  # the wire: 1048576 KB for a whole process; here it bounds one isolate
    """Memory of one code isolate, in MB; a run whose code wants more ends as MEMORY_LIMIT_EXCEEDED.
    A value above 16384 is taken for the wire's KB and converted, so 1048576 means 1024 MB."""
    sandbox_cpu_limit_seconds: Seconds = 10
    """CPU time that one code step may use (ours)."""
    sandbox_wall_limit_seconds: Seconds = 30
    """Time that one code step may take from start to end (ours)."""
    npm_piece_memory_limit: SandboxMegabytes = 256
    """Memory of one piece from npm, in MB, which all its calls share (ours)."""
    npm_piece_threads: Count = 32
    """Pieces from npm that are kept loaded at once; the one that was used longest ago makes room (ours)."""
    sandbox_propagated_env_vars: Annotated[Names, PLANNED] = ()
    """Environment variables of the server that code steps may see; none unless named here."""
    flow_timeout_seconds: Seconds = 600
    """Time that a run may take, counted anew after each pause, before it ends as TIMEOUT."""
    step_retry_delays_seconds: RetryDelays = (4, 8, 16)  # the wire's schedule, where it is no setting
    """Seconds before the second, third, … attempt at a failed step that is to be retried (ours): as many numbers as there are further attempts. The
    waiting counts towards `AP_FLOW_TIMEOUT_SECONDS`."""
    watchdog_seconds: SecondsOrNever = 60
    """Time for which the server may be blocked, by a piece that does not wait as it should, before it ends itself with exit code 70, to be
    started again (ours). 0 lets it hang."""
    trigger_timeout_seconds: Seconds = 60
    """Time that one poll or one trigger test may take."""
    trigger_hooks_timeout_seconds: Seconds = 180
    """Time that enabling or disabling a trigger may take."""
    trigger_default_poll_interval: Minutes = 5
    """Minutes between two polls of a polling trigger that names no interval itself."""
    trigger_max_items_per_poll: Count = 1000
    """Runs that one poll of a trigger begins at the most; further items begin at its next polls (ours)."""
    trigger_missed_ticks: MissedTicks = MissedTicks.ONCE
    """What becomes of the ticks of a schedule that went by while the server was down: `ONCE` one run for all of them, `ALL` one for each,
    `NONE` none (ours). A flow's metadata `missedTicks` says it for that flow."""
    trigger_missed_ticks_limit: Count = 100
    """Runs that `ALL` makes up for at the most (ours)."""
    project_rate_limiter_enabled: Annotated[bool, PLANNED] = False
    """Whether each project may run only `AP_DEFAULT_CONCURRENT_JOBS_LIMIT` flows at once; the rest wait in line."""
    default_concurrent_jobs_limit: Annotated[Count, PLANNED] = 5
    """Runs of one project at once, when the rate limiter is on."""
    network_mode: NetworkMode = NetworkMode.UNRESTRICTED
    """`STRICT` keeps pieces from private, loopback and link-local addresses."""
    ssrf_allow_list: NetworkExceptions = ()
    """Exceptions of `STRICT`."""
    enforce_connection_piece_binding: bool = False
    """Whether a piece's step may use only connections that were made for its own piece. Code steps may use any."""


class LimitSettings(_Section):
    """Limits and retention"""

    execution_data_retention_days: Days = 30
    """Days that run logs and the files of steps are kept."""
    paused_flow_timeout_days: Days = 30
    """Longest total pause of a run, in days from its creation."""
    max_file_size_mb: Megabytes = 25
    """Largest file that a step or an upload may store."""
    max_flow_run_log_size_mb: Megabytes = 50
    """Largest log of one run, together with the outputs that are kept beside it; above it the run ends as LOG_SIZE_EXCEEDED."""
    flow_run_log_slice_threshold_kb: Kilobytes = 32
    """Output of one step above which it is stored beside the log instead of in it: the API gives `{fileId, size, url}` in its place. A client that
    knows only versions before 0.84 reads every output in the log itself with `1048576`."""
    flow_run_log_input_truncate_threshold_kb: Kilobytes = 2
    """Input value above which the log keeps only a note of its size; the step gets the whole value."""
    max_webhook_payload_size_mb: Megabytes = 25
    """Largest webhook request; body and raw body both count."""
    webhook_payload_inline_threshold_kb: Kilobytes = 512
    """Payload above which the queue carries a file reference instead of the payload; the file goes when the run's log has it."""
    webhook_timeout_seconds: Annotated[float, Field(gt=0, le=900, allow_inf_nan=False)] = 30
    """Time that a synchronous webhook waits for the flow's response."""
    max_barrier_signals: Annotated[Count, PLANNED] = 10_000
    """Signals that one fan-in may collect."""
    max_store_entry_value_size_kb: Kilobytes = 512
    """Largest value of one store entry."""
    max_records_per_table: Annotated[Count, PLANNED] = 10_000
    """Records of one table."""
    max_fields_per_table: Annotated[Count, PLANNED] = 100
    """Fields of one table."""
    api_rate_limit_authn_enabled: bool = True
    """Whether sign-in and sign-up are limited for each caller's address."""
    api_rate_limit_authn_max: Count = 50
    """Requests allowed in one window."""
    api_rate_limit_authn_window: Window = timedelta(minutes=1)
    """Length of that window."""
    event_destination_timeout_seconds: Annotated[Seconds, PLANNED] = 10
    """Time that an event destination has for its answer."""


class FileMailAndSignInSettings(_Section):
    """Files, mail and sign-in"""

    file_storage_location: FileStorage = FileStorage.LOCAL  # the wire: DB; the embedded profile keeps files in its data folder
    """Where file contents live: in `AP_DATA_DIR`, or in S3 (not available in this version)."""
    s3_endpoint: Annotated[WebAddress | None, PLANNED] = None
    """S3's URL."""
    s3_bucket: Annotated[str | None, PLANNED] = None
    """S3's bucket."""
    s3_region: Annotated[str | None, PLANNED] = None
    """S3's region."""
    s3_access_key_id: Annotated[str | None, PLANNED] = None
    """S3's access key."""
    s3_secret_access_key: Annotated[SecretStr | None, PLANNED] = None
    """S3's secret key."""
    s3_use_signed_urls: Annotated[bool, PLANNED] = False
    """Whether downloads are redirected to signed S3 URLs."""
    smtp_host: Annotated[str | None, PLANNED] = None
    """Mail server; without one no e-mail is sent."""
    smtp_port: Annotated[Port, PLANNED] = 587
    """Mail server's port."""
    smtp_username: Annotated[str | None, PLANNED] = None
    """Mail server's user."""
    smtp_password: Annotated[SecretStr | None, PLANNED] = None
    """Mail server's password."""
    smtp_sender_email: Annotated[str | None, PLANNED] = None
    """Address that e-mails come from."""
    smtp_sender_name: Annotated[str | None, PLANNED] = None
    """Name that e-mails come from."""
    smtp_tls_reject_unauthorized: Annotated[bool, PLANNED] = True
    """Whether a mail server with a bad certificate is refused."""
    google_client_id: Annotated[str | None, PLANNED] = None
    """Google's OAuth client, for signing in with Google."""
    google_client_secret: Annotated[SecretStr | None, PLANNED] = None
    """Its secret."""
    allow_open_sign_up: bool = False
    """Whether anybody may sign up after the first user; otherwise by invitation only."""
    app_webhook_secrets: AppWebhookSecrets = Field(default_factory=dict)
    """Secrets with which app events are checked, by piece name."""


class PieceAndLogSettings(_Section):
    """Pieces, flows and logs"""

    pieces_sync_mode: Annotated[PiecesSyncMode, PLANNED] = (
        PiecesSyncMode.NONE
    )  # the wire: OFFICIAL_AUTO; our catalogue ships with the program
    """Whether metadata of npm pieces is fetched from the public catalogue."""
    prefer_npm_pieces: Names = ()
    """Pieces, such as `@activepieces/piece-store`, whose installed version from npm is used also where the native piece would be (ours)."""
    dev_pieces: Annotated[Names, PLANNED] = ()
    """Pieces under development that are loaded from the working folder."""
    enable_flow_on_publish: bool = True
    """Whether publishing a flow also enables it."""
    log_level: LogLevel = LogLevel.INFO
    """Least severe message that is written."""
    log_pretty: bool = False
    """Coloured text for people instead of one JSON object a line."""
    otel_enabled: bool = False
    """Whether a trace of each run is exported by OpenTelemetry (OTLP over HTTP), to where `OTEL_EXPORTER_OTLP_ENDPOINT` says."""
    metrics_token: MetricsToken | None = None
    """Bearer token with which Prometheus reads `/metrics` (ours). Without one, only requests that come straight from this machine are answered."""


SECTIONS: tuple[type[BaseModel], ...] = (
    CoreSettings,
    DatabaseSettings,
    ExecutionSettings,
    LimitSettings,
    FileMailAndSignInSettings,
    PieceAndLogSettings,
)

_UNAVAILABLE = "not available in this version"


class Settings(PieceAndLogSettings, FileMailAndSignInSettings, LimitSettings, ExecutionSettings, DatabaseSettings, CoreSettings):
    """All settings of one server, valid and frozen.

    Every field of a section is a setting; `warnings` is what `load_settings` noticed on the way, a sentence each, to be logged at start-up.
    """

    warnings: tuple[str, ...] = Field(default=(), exclude=True)

    @field_validator("db_type", "redis_type", "file_storage_location", "container_type")
    @classmethod
    def _refuse_cluster(cls, value: Any) -> Any:
        """Refuses what needs the cluster profile, rather than starting something else than was asked for."""
        if value not in (DatabaseType.EMBEDDED, RedisType.MEMORY, FileStorage.LOCAL, ContainerType.WORKER_AND_APP):
            raise ValueError(f"`{value}` is {_UNAVAILABLE}, which has the embedded profile only; leave the variable out")
        return value
