"""What travels about projects."""

from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired

from pydantic import BeforeValidator, Field
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, Name, PageQuery, PlainText, as_whole


class ProjectType(StrEnum):
    """Whose a project is: one user's own, or a team's."""

    PERSONAL = "PERSONAL"
    TEAM = "TEAM"


ProjectTypeName = Literal["PERSONAL", "TEAM"]
Colour = Literal[
    "RED",
    "BLUE",
    "YELLOW",
    "PURPLE",
    "GREEN",
    "PINK",
    "VIOLET",
    "ORANGE",
    "DARK_GREEN",
    "CYAN",
    "LAVENDER",
    "DEEP_ORANGE",
]
RoleName = Literal["Admin", "Editor", "Viewer"]


class ProjectIcon(TypedDict):
    """How a project looks in lists."""

    color: Colour


class ProjectPlan(TypedDict):
    """What may be used in a project."""

    id: str
    created: str
    updated: str
    projectId: str
    name: str
    locked: bool
    piecesFilterType: Literal["NONE", "ALLOWED"]
    pieces: list[str]


class ProjectAnalytics(TypedDict):
    """Counts of what is in a project."""

    totalUsers: int
    activeUsers: int
    totalFlows: int
    activeFlows: int


class Project(TypedDict):
    """A project with its plan and its counts."""

    id: str
    created: str
    updated: str
    deleted: NotRequired[str | None]
    ownerId: str
    displayName: str
    type: ProjectTypeName
    platformId: str
    externalId: str | None
    maxConcurrentJobs: int | None
    icon: ProjectIcon
    releasesEnabled: bool
    metadata: dict[str, Any] | None
    poolId: str | None
    plan: ProjectPlan
    analytics: ProjectAnalytics


Jobs = Annotated[int, Field(ge=1, le=1_000_000), BeforeValidator(as_whole)]


class Icon(Body):
    """A project's icon in a request."""

    color: Colour


class CreateProject(Body):
    """A new team project."""

    display_name: Name
    external_id: PlainText | None = None
    metadata: dict[str, Any] | None = None
    max_concurrent_jobs: Jobs | None = None


class UpdateProject(Body):
    """Changes to a project; what is absent stays."""

    display_name: Name | None = None
    external_id: PlainText | None = None
    metadata: dict[str, Any] | None = None
    icon: Icon | None = None
    releases_enabled: bool | None = None
    max_concurrent_jobs: Jobs | None = None


class ProjectQuery(PageQuery):
    """Filters of the list of projects."""

    display_name: PlainText | None = Field(None, description="Only projects whose name contains this, in any case.")
    external_id: PlainText | None = Field(None, description="Only the project with this external id.")
    types: list[ProjectTypeName] | None = Field(None, description="Only projects of these types.")
