"""Words about files (spec/model.md §4)."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from piecework.server.kernel.http import Query


class FileType(StrEnum):
    """What a file is for."""

    UNKNOWN = "UNKNOWN"
    FLOW_RUN_LOG = "FLOW_RUN_LOG"
    FLOW_RUN_LOG_SLICE = "FLOW_RUN_LOG_SLICE"
    FLOW_STEP_FILE = "FLOW_STEP_FILE"
    SAMPLE_DATA = "SAMPLE_DATA"
    SAMPLE_DATA_INPUT = "SAMPLE_DATA_INPUT"
    TRIGGER_EVENT_FILE = "TRIGGER_EVENT_FILE"
    FLOW_VERSION_BACKUP = "FLOW_VERSION_BACKUP"
    PACKAGE_ARCHIVE = "PACKAGE_ARCHIVE"
    PLATFORM_ASSET = "PLATFORM_ASSET"
    USER_PROFILE_PICTURE = "USER_PROFILE_PICTURE"
    WEBHOOK_PAYLOAD = "WEBHOOK_PAYLOAD"


class FileCompression(StrEnum):
    """How `data` is stored."""

    NONE = "NONE"
    ZSTD = "ZSTD"


class FileLocation(StrEnum):
    """Where `data` is stored."""

    DB = "DB"
    S3 = "S3"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with its contents, as they were saved."""

    id: str
    created: str
    project_id: str | None
    platform_id: str | None
    type: FileType
    file_name: str | None
    media_type: str
    data: bytes


class FileQuery(Query):
    """How a link to a file proves itself."""

    token: str = Field(description="The token of the link, or an engine token of the file's project.")
