"""What travels about installing pieces."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body

PieceName = Annotated[str, StringConstraints(pattern=r"^(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*$", max_length=214)]
ExactVersion = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$", max_length=200)]


class AddPiece(Body):
    """A piece to install. An ARCHIVE comes as multipart/form-data, with the package (`npm pack`) in the file field `pieceArchive`."""

    package_type: Literal["REGISTRY", "ARCHIVE"]
    scope: Literal["PLATFORM"] = "PLATFORM"
    piece_name: PieceName
    piece_version: ExactVersion = Field(description="Exact, such as 0.6.20: several versions lie side by side.")


class InstalledPiece(TypedDict):
    """A version that is installed."""

    id: str
    name: str
    version: str
    displayName: str
    packageType: str
    created: str
    archiveId: str | None


class FailedPiece(TypedDict):
    """A version that could not be installed. From the registry it is tried again by itself, less and less often."""

    name: str
    version: str
    packageType: str
    reason: str
    failedAt: str
    attempts: int


class Installations(TypedDict):
    """Everything from npm."""

    installed: list[InstalledPiece]
    failed: list[FailedPiece]
