"""What travels about connections. Values travel in, and out only to running steps (spec/api.md §6, recordings/connections.json)."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, IdText, Name, PageQuery, PlainText, Query
from piecework.server.modules.flows.schemas import FlowUse
from piecework.server.modules.users.schemas import Owner

ConnectionTypeName = Literal["OAUTH2", "PLATFORM_OAUTH2", "CLOUD_OAUTH2", "SECRET_TEXT", "BASIC_AUTH", "CUSTOM_AUTH", "NO_AUTH", "OIDC"]
StatusName = Literal["ACTIVE", "MISSING", "ERROR"]
ScopeName = Literal["PROJECT", "PLATFORM"]

ExternalId = Annotated[str, StringConstraints(pattern=r"^[^\x00'\"{}]+$", max_length=255)]
"""The name by which expressions use a connection: it must fit between quotes in `{{connections['…']}}`."""


class _Value(BaseModel):
    """What a connection holds; the names are the wire's."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)


class SecretTextGiven(_Value):
    """One secret."""

    type: Literal["SECRET_TEXT"]
    secret_text: Annotated[PlainText, StringConstraints(min_length=1)]


class BasicAuthGiven(_Value):
    """A name and a password."""

    type: Literal["BASIC_AUTH"]
    username: PlainText
    password: PlainText


class CustomAuthGiven(_Value):
    """The fields of the piece's form."""

    type: Literal["CUSTOM_AUTH"]
    props: dict[str, Any]


class OidcGiven(_Value):
    """The fields of the piece's form."""

    type: Literal["OIDC"]
    props: dict[str, Any]


class NoAuthGiven(_Value):
    """Nothing."""

    type: Literal["NO_AUTH"]


class _OAuth2Given(_Value):
    client_id: Annotated[PlainText, StringConstraints(min_length=1)]
    code: PlainText = ""
    code_challenge: PlainText | None = Field(None, description="The PKCE verifier that belongs to the code; the name is the wire's.")
    scope: PlainText = ""
    authorization_method: Literal["HEADER", "BODY"] | None = None
    props: dict[str, Any] | None = None


class OAuth2Given(_OAuth2Given):
    """The code that a service gave for an application of one's own, or the application alone (client_credentials)."""

    type: Literal["OAUTH2"]
    client_secret: PlainText = ""
    grant_type: Literal["authorization_code", "client_credentials"] | None = None
    redirect_url: PlainText = ""


class PlatformOAuth2Given(_OAuth2Given):
    """The code that a service gave for the platform's application."""

    type: Literal["PLATFORM_OAUTH2"]
    redirect_url: PlainText = ""


class CloudOAuth2Given(_OAuth2Given):
    """The code that a service gave for the vendor's application: not possible here."""

    type: Literal["CLOUD_OAUTH2"]


GivenValue = (
    SecretTextGiven | BasicAuthGiven | CustomAuthGiven | OidcGiven | NoAuthGiven | OAuth2Given | PlatformOAuth2Given | CloudOAuth2Given
)


class _ForProject(Body):
    display_name: Name
    piece_name: Name
    piece_version: PlainText | None = None
    metadata: dict[str, Any] | None = None
    external_id: ExternalId
    project_id: IdText


class _ForPlatform(Body):
    display_name: Name
    piece_name: Name
    piece_version: PlainText | None = None
    metadata: dict[str, Any] | None = None
    external_id: ExternalId | None = None
    scope: Literal["PLATFORM"] = "PLATFORM"
    project_ids: list[IdText]
    pre_select_for_new_projects: bool = False


KindT = TypeVar("KindT")
ValueT = TypeVar("ValueT")


class UpsertOf(_ForProject, Generic[KindT, ValueT]):
    """A connection of one type that shall be there; one of this `externalId` is replaced."""

    type: KindT
    value: ValueT

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        return f"Upsert{params[1].__name__.removesuffix('Given')}"


class UpsertPlaceholder(_ForProject):
    """A connection that an import names: it waits for somebody to fill it in. One that is there stays."""

    type: Literal["PLACEHOLDER"]


class UpsertGlobalOf(_ForPlatform, Generic[KindT, ValueT]):
    """A connection of one type that shall be there for several projects."""

    type: KindT
    value: ValueT

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        return f"UpsertGlobal{params[1].__name__.removesuffix('Given')}"


UpsertConnection = Annotated[
    UpsertOf[Literal["SECRET_TEXT"], SecretTextGiven]
    | UpsertOf[Literal["BASIC_AUTH"], BasicAuthGiven]
    | UpsertOf[Literal["CUSTOM_AUTH"], CustomAuthGiven]
    | UpsertOf[Literal["OIDC"], OidcGiven]
    | UpsertOf[Literal["NO_AUTH"], NoAuthGiven]
    | UpsertOf[Literal["OAUTH2"], OAuth2Given]
    | UpsertOf[Literal["PLATFORM_OAUTH2"], PlatformOAuth2Given]
    | UpsertOf[Literal["CLOUD_OAUTH2"], CloudOAuth2Given]
    | UpsertPlaceholder,
    Field(discriminator="type"),
]
UpsertGlobalConnection = Annotated[
    UpsertGlobalOf[Literal["SECRET_TEXT"], SecretTextGiven]
    | UpsertGlobalOf[Literal["BASIC_AUTH"], BasicAuthGiven]
    | UpsertGlobalOf[Literal["CUSTOM_AUTH"], CustomAuthGiven]
    | UpsertGlobalOf[Literal["OIDC"], OidcGiven]
    | UpsertGlobalOf[Literal["NO_AUTH"], NoAuthGiven]
    | UpsertGlobalOf[Literal["OAUTH2"], OAuth2Given]
    | UpsertGlobalOf[Literal["PLATFORM_OAUTH2"], PlatformOAuth2Given]
    | UpsertGlobalOf[Literal["CLOUD_OAUTH2"], CloudOAuth2Given],
    Field(discriminator="type"),
]


class UpdateConnection(Body):
    """Another name or other metadata."""

    display_name: Name
    metadata: dict[str, Any] | None = None


class UpdateGlobalConnection(UpdateConnection):
    """Another name, other metadata, other projects."""

    project_ids: list[IdText] | None = None
    pre_select_for_new_projects: bool | None = None


class ReplaceConnection(Body):
    """Which connection shall take the place of which in the flows of a project."""

    source_app_connection_id: IdText
    target_app_connection_id: IdText
    project_id: IdText
    delete_source_connection: bool = False
    apply_to_published_versions: bool = Field(False, description="Also in what is published and runs; else only where flows are edited.")


class AuthorizationUrlRequest(Body):
    """Whose consent page is asked for."""

    piece_name: Name
    piece_version: PlainText | None = None
    project_id: IdText | None = None
    client_id: Annotated[PlainText, StringConstraints(min_length=1)]
    redirect_url: Annotated[PlainText, StringConstraints(min_length=1)]
    scopes: list[PlainText] | None = Field(None, description="Some of the piece's scopes; all of them when absent.")
    props: dict[str, Any] | None = None


class AuthorizationUrl(TypedDict):
    """Where to send the browser. `state` comes back with the code and must be compared; `codeVerifier` goes into the claim (PKCE)."""

    authorizationUrl: str
    codeVerifier: str | None
    state: str


class Connection(TypedDict):
    """A connection without what it holds."""

    id: str
    created: str
    updated: str
    externalId: str
    displayName: str
    type: ConnectionTypeName
    pieceName: str
    pieceVersion: str
    projectIds: list[str]
    platformId: str
    scope: ScopeName
    status: StatusName
    ownerId: str | None
    metadata: dict[str, Any] | None
    preSelectForNewProjects: bool
    usingSecretManager: bool


class ListedConnection(Connection):
    """A connection as lists show it. `flowIds`: the flows that use it."""

    owner: Owner | None
    flowIds: list[str]


class ConnectionDetails(ListedConnection):
    """A connection as it is shown by itself. `problem`: why the service refuses it, null when it does not."""

    problem: str | None


class ConnectionUsage(TypedDict):
    """The flows that use a connection."""

    data: list[FlowUse]


class ConnectionQuery(PageQuery):
    """Which connections to list; every filter that is given must hold."""

    project_id: IdText
    scope: ScopeName | None = None
    piece_name: PlainText | None = None
    display_name: PlainText | None = Field(None, description="Connections with this in their names, in any case.")
    status: list[StatusName] | None = None
    external_ids: list[PlainText] | None = None


class GlobalConnectionQuery(PageQuery):
    """Which global connections to list."""

    piece_name: PlainText | None = None
    display_name: PlainText | None = Field(None, description="Connections with this in their names, in any case.")
    status: list[StatusName] | None = None
    project_ids: list[IdText] | None = Field(None, description="Connections that one of these projects may use.")


class ConnectionOwnerQuery(Query):
    """Whose connections' owners to list."""

    project_id: IdText


class DeletionQuery(Query):
    """How carefully to delete."""

    if_unused: bool = Field(False, description="Refuse with 409 and the flows that use the connection, if there are any.")


class EngineConnectionQuery(Query):
    """For which piece a running step asks."""

    project_id: IdText | None = None
    piece_name: PlainText | None = None


class EngineConnection(Connection):
    """A connection with what it holds, for running steps."""

    value: dict[str, Any]


class UpsertOAuthApp(Body):
    """The platform's registration at the service of a piece."""

    piece_name: Name
    client_id: Annotated[PlainText, StringConstraints(min_length=1)]
    client_secret: Annotated[PlainText, StringConstraints(min_length=1)]


class OAuthApp(TypedDict):
    """A registration without its secret."""

    id: str
    created: str
    updated: str
    platformId: str
    pieceName: str
    clientId: str


class OAuthAppQuery(PageQuery):
    """Which registrations to list."""

    piece_name: PlainText | None = None
