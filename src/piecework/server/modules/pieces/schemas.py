"""What travels about pieces."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, IdText, PlainText, Query

SuggestionType = Literal["ACTION", "TRIGGER", "ACTION_AND_TRIGGER"]


class PieceHead(TypedDict):
    """What a piece's summary and its whole metadata share. `origin` stands on those that came from npm."""

    id: str
    name: str
    displayName: str
    description: str
    logoUrl: str
    version: str
    categories: list[str]
    authors: list[str]
    minimumSupportedRelease: str
    contextInfo: dict[str, str]
    pieceType: str
    packageType: str
    projectUsage: int
    created: str
    updated: str
    auth: NotRequired[dict[str, Any] | list[dict[str, Any]]]
    origin: NotRequired[Literal["NPM"]]
    testedAgainst: NotRequired[Literal["RECORDINGS"]]


class PieceSummary(PieceHead):
    """A piece with counts; the suggestions come with a search that asks for them."""

    actions: int
    triggers: int
    suggestedActions: NotRequired[list[dict[str, Any]]]
    suggestedTriggers: NotRequired[list[dict[str, Any]]]


class PieceMetadata(PieceHead):
    """A piece with all its forms."""

    actions: dict[str, dict[str, Any]]
    triggers: dict[str, dict[str, Any]]


class RegisteredPiece(TypedDict):
    """One entry of the registry."""

    name: str
    version: str


class PieceQuery(Query):
    """Which pieces to list, and how."""

    project_id: IdText | None = Field(None, description="For whom: pieces that the project's platform hides are left out.")
    include_tags: bool = False
    include_hidden: bool = Field(False, description="Also what the platform hides.")
    search_query: PlainText | None = Field(None, description="Words to look for; with suggestionType also in actions and triggers.")
    sort_by: Literal["NAME", "UPDATED", "CREATED", "POPULARITY"] | None = None
    order_by: Literal["ASC", "DESC"] = "ASC"
    categories: list[PlainText] | None = None
    suggestion_type: SuggestionType | None = None
    locale: PlainText | None = None
    release: PlainText | None = Field(None, description="Not supported: the list is of this installation.")


class VersionQuery(Query):
    """Which version of a piece is meant."""

    version: PlainText | None = Field(None, description="Exact, or with ~ or ^; any when absent.")
    project_id: IdText | None = None
    locale: PlainText | None = None


class OptionsRequest(Body):
    """Whose choices or fields are asked for, with what stands in the form so far."""

    project_id: IdText
    piece_name: PlainText
    piece_version: PlainText
    action_or_trigger_name: PlainText
    property_name: PlainText
    flow_id: IdText
    flow_version_id: IdText
    input: Annotated[dict[str, Any], Field(default_factory=dict)]
    search_value: PlainText | None = None
    sample_data: dict[str, Any] | None = None


class Options(TypedDict):
    """DROPDOWN and MULTI_SELECT_DROPDOWN: `{disabled, placeholder?, options: [{label, value}]}`; DYNAMIC: properties by name."""

    type: str
    options: dict[str, Any]
