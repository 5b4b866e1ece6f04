"""The types that settings are written in: each one knows its bounds, how it reads from text, and how to say what it allows.

Every type accepts text, because an environment holds nothing else; numbers are finite by construction. `allowed_values` tells people what a
type allows, in start-up errors and in the reference alike.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeVar, get_args, get_origin
from urllib.parse import urlsplit

import orjson
from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class Allowed:
    """Marks a type whose allowed values cannot be read off its bounds: the text completes "allowed: …"."""

    text: str


@dataclass(frozen=True)
class DefaultText:
    """Marks a setting whose default is computed: what the reference shows instead of a value."""

    text: str


@dataclass(frozen=True)
class Planned:
    """Marks a setting that is read and checked but changes nothing yet; whoever sets it is warned at start-up."""


PLANNED = Planned()

ConstraintT = TypeVar("ConstraintT")


class CaseInsensitiveEnum(StrEnum):
    """An enumeration that forgives the case in which a value was typed: `AP_LOG_LEVEL=INFO` means `info`."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return next((member for member in cls if isinstance(value, str) and member.value.casefold() == value.casefold()), None)


class Environment(CaseInsensitiveEnum):
    """What the installation is for; the flags endpoint repeats it."""

    PROD = "prod"
    DEV = "dev"
    TEST = "test"


class ContainerType(CaseInsensitiveEnum):
    """Which halves of the server this process runs."""

    APP = "APP"
    WORKER = "WORKER"
    WORKER_AND_APP = "WORKER_AND_APP"


class DatabaseType(CaseInsensitiveEnum):
    """Where rows live: SQLite inside the data folder, or a PostgreSQL server."""

    EMBEDDED = "EMBEDDED"
    POSTGRES = "POSTGRES"


class RedisType(CaseInsensitiveEnum):
    """Where the queue lives: in the embedded database, or in Redis."""

    MEMORY = "MEMORY"
    STANDALONE = "STANDALONE"
    SENTINEL = "SENTINEL"


class ExecutionMode(CaseInsensitiveEnum):
    """How far untrusted code is kept from the server (spec/engine.md §8)."""

    UNSANDBOXED = "UNSANDBOXED"
    SANDBOX_PROCESS = "SANDBOX_PROCESS"
    SANDBOX_CODE_ONLY = "SANDBOX_CODE_ONLY"
    SANDBOX_CODE_AND_PROCESS = "SANDBOX_CODE_AND_PROCESS"


class NetworkMode(CaseInsensitiveEnum):
    """Whether flows may call private addresses."""

    UNRESTRICTED = "UNRESTRICTED"
    STRICT = "STRICT"


class MissedTicks(CaseInsensitiveEnum):
    """What becomes of the ticks of a schedule that went by while the server was down: one run for all of them, one for each, none."""

    ONCE = "ONCE"
    ALL = "ALL"
    NONE = "NONE"


class FileStorage(CaseInsensitiveEnum):
    """Where file contents live."""

    LOCAL = "LOCAL"
    S3 = "S3"


class PiecesSyncMode(CaseInsensitiveEnum):
    """Whether piece metadata is fetched from the public catalogue."""

    OFFICIAL_AUTO = "OFFICIAL_AUTO"
    NONE = "NONE"


class LogLevel(CaseInsensitiveEnum):
    """The least severe message that is written."""

    TRACE = "trace"
    DEBUG = "debug"
    INFO = "info"
    WARN = "warn"
    ERROR = "error"
    FATAL = "fatal"


_DURATION = re.compile(r"(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>[a-z]*)", re.IGNORECASE)
_UNIT_MILLISECONDS = {
    unit: milliseconds
    for units, milliseconds in (
        (("", "ms", "millisecond", "milliseconds"), 1),
        (("s", "sec", "second", "seconds"), 1_000),
        (("m", "min", "minute", "minutes"), 60_000),
        (("h", "hour", "hours"), 3_600_000),
        (("d", "day", "days"), 86_400_000),
    )
    for unit in units
}
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.IGNORECASE)
_WIRE_MEMORY_THRESHOLD = 16_384


def _web_address(value: object) -> object:
    """Checks an absolute http(s) URL without query or fragment and drops its closing slashes, so that paths can be appended."""
    parts = urlsplit(str(value).strip())
    _ = parts.port  # raises ValueError on a port that is no number
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or re.search(r"\s", str(value).strip()):
        raise ValueError("it is not an absolute http or https URL")
    return str(value).strip().rstrip("/")


def _memory_in_megabytes(value: object) -> object:
    """Reads the sandbox's memory limit in MB, and takes what no machine would mean as MB for the wire's unit, KB (spec/env.md)."""
    number = int(value) if isinstance(value, str) and value.strip().isdecimal() else value
    return number // 1024 if isinstance(number, int) and number > _WIRE_MEMORY_THRESHOLD else number


def _window(value: object) -> object:
    """Reads "1 minute", "30s" or a bare number of milliseconds, as the wire does."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(str(value).strip())
    unit = match["unit"].casefold() if match else None
    if match is None or unit not in _UNIT_MILLISECONDS:
        raise ValueError("it is not a duration")
    try:
        return timedelta(milliseconds=float(match["amount"]) * _UNIT_MILLISECONDS[unit])
    except OverflowError:
        raise ValueError("it is too long") from None


def _comma_separated(value: object) -> object:
    """Splits "a, b" and drops what is empty; a sequence stays as it is."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _seconds_in_a_row(value: object) -> object:
    """Splits "4, 8, 16"; what is no number is left to the type that follows."""
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value


def _network_exception(value: object) -> object:
    """Checks one exception of the network guard: an address, a CIDR range or a host name."""
    text = str(value)
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        if not _HOST_NAME.fullmatch(text) or re.fullmatch(r"[\d.]+", text):
            raise ValueError(f"{text!r} is neither an IP address, a CIDR range nor a host name") from None
    return text


def _json_object(value: object) -> object:
    """Parses JSON text; anything else is left to the type that follows."""
    return orjson.loads(value) if isinstance(value, str) else value


def _optional_header(value: object) -> object:
    """`none` is the way to say that no header is to be trusted, since an empty variable means "not set"."""
    return None if isinstance(value, str) and value.strip().casefold() == "none" else value


def _hexadecimal_key(value: SecretStr) -> SecretStr:
    """Checks an AES key in hexadecimal digits: 16 bytes as on the wire, or 32."""
    if not re.fullmatch(r"(?:[0-9a-fA-F]{32}){1,2}", value.get_secret_value()):
        raise ValueError("it is not a key")
    return value


class AppWebhookSecret(BaseModel):
    """The secret with which one piece checks that an app event is genuine."""

    model_config = ConfigDict(frozen=True)

    webhookSecret: SecretStr  # noqa: N815 - the wire's name


Port = Annotated[int, Field(ge=0, le=65_535)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
SecondsOrNever = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Minutes = Annotated[int, Field(ge=1, le=1_440)]
Days = Annotated[float, Field(ge=0, le=36_500, allow_inf_nan=False)]
Kilobytes = Annotated[int, Field(ge=1, le=1_048_576)]
Megabytes = Annotated[int, Field(ge=1, le=10_240)]
SandboxMegabytes = Annotated[
    int,
    BeforeValidator(_memory_in_megabytes),
    Field(ge=16, le=_WIRE_MEMORY_THRESHOLD),
    Allowed("MB from 16 to 16384; above that, KB as on the wire"),
]
Window = Annotated[
    timedelta,
    BeforeValidator(_window),
    Field(gt=timedelta(0), le=timedelta(days=1)),
    Allowed("a duration such as `1 minute`, `30s` or `60000` (ms), at most a day"),
]
WebAddress = Annotated[str, BeforeValidator(_web_address), Allowed("an absolute http or https URL without query")]
Folder = Annotated[Path, Allowed("a path")]
Names = Annotated[tuple[str, ...], BeforeValidator(_comma_separated), Allowed("names, separated by commas")]
RetryDelays = Annotated[
    tuple[Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)], ...],
    BeforeValidator(_seconds_in_a_row),
    Field(min_length=1, max_length=10),
    Allowed("one to ten numbers of seconds from 0 to 3600, separated by commas"),
]
NetworkExceptions = Annotated[
    tuple[Annotated[str, BeforeValidator(_network_exception)], ...],
    BeforeValidator(_comma_separated),
    Allowed("IP addresses, CIDR ranges or host names, separated by commas"),
]
EncryptionKey = Annotated[SecretStr, AfterValidator(_hexadecimal_key), Allowed("32 or 64 hexadecimal digits")]
EncryptionKeys = Annotated[
    tuple[EncryptionKey, ...], BeforeValidator(_comma_separated), Allowed("keys of 32 or 64 hexadecimal digits, separated by commas")
]
TokenSecret = Annotated[SecretStr, Field(min_length=32), Allowed("text of at least 32 characters")]
MetricsToken = Annotated[SecretStr, Field(min_length=16), Allowed("text of at least 16 characters")]
HeaderName = Annotated[
    Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")] | None,
    BeforeValidator(_optional_header),
    Allowed("the name of a request header, or `none`"),
]
AppWebhookSecrets = Annotated[
    dict[str, AppWebhookSecret], BeforeValidator(_json_object), Allowed('a JSON object: {"<piece name>": {"webhookSecret": "…"}}')
]


def is_secret(annotation: object) -> bool:
    """Whether a value of this type must never be shown."""
    return annotation is SecretStr or annotation is AppWebhookSecret or any(is_secret(part) for part in get_args(annotation))


def find_constraint(field: FieldInfo, kind: type[ConstraintT]) -> ConstraintT | None:
    """Returns the first marker or bound of one kind that the field's type carries, at any depth, or None."""
    return next((item for item in (*field.metadata, *_metadata_within(field.annotation)) if isinstance(item, kind)), None)


def _metadata_within(annotation: object) -> Iterator[object]:
    for item in getattr(annotation, "__metadata__", ()):
        yield item
        yield from item.metadata if isinstance(item, FieldInfo) else ()
    for part in get_args(annotation):
        yield from _metadata_within(part)


def allowed_values(field: FieldInfo) -> str:
    """Says in words what a field accepts: "a whole number from 1 to 65535", "`APP` or `WORKER`", "text"."""
    if allowed := find_constraint(field, Allowed):
        return allowed.text
    kinds = {part for part in (field.annotation, *get_args(field.annotation)) if isinstance(part, type)} | {
        get_args(part)[0] for part in get_args(field.annotation) if get_origin(part) is Annotated
    }
    for kind in kinds:
        if issubclass(kind, StrEnum):
            *others, last = [f"`{member.value}`" for member in kind]
            return f"{', '.join(others)} or {last}"
    if bool in kinds:
        return "`true` or `false`"
    if kinds & {int, float}:
        return f"a {'whole ' if int in kinds else ''}number {_bounds(field)}"
    return "text"


def _bounds(field: FieldInfo) -> str:
    above, lowest, highest = find_constraint(field, Gt), find_constraint(field, Ge), find_constraint(field, Le)
    start = f"above {above.gt}" if above else f"from {lowest.ge}" if lowest else ""
    return f"{start}{',' if above else ''} {f'up to {highest.le}' if above and highest else f'to {highest.le}' if highest else ''}".strip()
