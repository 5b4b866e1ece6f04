"""For authors of pieces: everything that a piece needs is imported from here."""

from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from piecework.sdk.actions import HIDDEN, OFFERED, Action, ErrorHandling, Switch
from piecework.sdk.app_events import AppEvent
from piecework.sdk.auth import AccessToken, Auth, AuthCheck, BasicAuth, CustomAuth, OAuth2, SecretTextAuth
from piecework.sdk.auth_values import AuthValue, BasicAuthValue, CustomAuthValue, OAuth2Token, SecretTextValue, auth_value
from piecework.sdk.coercion import json_text
from piecework.sdk.context import (
    ActionContext,
    DelayPause,
    Outcome,
    Response,
    RunHooks,
    TriggerContext,
    WebhookPause,
)
from piecework.sdk.custom_call import custom_api_call
from piecework.sdk.database_values import database_value
from piecework.sdk.errors import (
    CallFailed,
    FileTooLarge,
    HttpFailed,
    InvalidInput,
    PayloadRejected,
    PieceDefinitionError,
    PieceError,
    PropertyProblem,
    UnknownProperty,
    WebhookAuthFailed,
)
from piecework.sdk.form import Form
from piecework.sdk.http import Http, given, http_failed, readable_body
from piecework.sdk.http_messages import HttpError, HttpResponse, UploadedFile
from piecework.sdk.loading import load_file
from piecework.sdk.network import Network
from piecework.sdk.outputs import Cursor
from piecework.sdk.pieces import Piece
from piecework.sdk.polling import ById, ByTime
from piecework.sdk.properties import (
    Array,
    Checkbox,
    Color,
    DateTime,
    Dropdown,
    DropdownState,
    DynamicProperties,
    File,
    Json,
    LongText,
    Markdown,
    MultiSelect,
    Number,
    Object,
    Option,
    Property,
    RichText,
    SecretText,
    ShortText,
    StaticDropdown,
    StaticMultiSelect,
)
from piecework.sdk.services import (
    Connections,
    Files,
    FlowCall,
    Flows,
    LoadedFile,
    Server,
    Store,
)
from piecework.sdk.signatures import ALGORITHMS, Signature, header_of
from piecework.sdk.time_zones import time_zone_options, zone
from piecework.sdk.triggers import CronSchedule, Handshake, Hooks, IntervalSchedule, Schedule, Trigger
from piecework.spec.connection import AuthorizationMethod, GrantType
from piecework.spec.piece import MarkdownVariant, PieceCategory, StoreScope

__all__ = [
    "ALGORITHMS",
    "HIDDEN",
    "OFFERED",
    "AccessToken",
    "Action",
    "ActionContext",
    "AppEvent",
    "Array",
    "Auth",
    "AuthCheck",
    "AuthValue",
    "AuthorizationMethod",
    "BasicAuth",
    "BasicAuthValue",
    "ById",
    "ByTime",
    "CallFailed",
    "Checkbox",
    "Color",
    "Connections",
    "CronSchedule",
    "Cursor",
    "CustomAuth",
    "CustomAuthValue",
    "DateTime",
    "DelayPause",
    "Dropdown",
    "DropdownState",
    "DynamicProperties",
    "ErrorHandling",
    "File",
    "FileTooLarge",
    "Files",
    "FlowCall",
    "Flows",
    "Form",
    "GrantType",
    "Handshake",
    "Hooks",
    "Http",
    "HttpError",
    "HttpFailed",
    "HttpResponse",
    "IntervalSchedule",
    "InvalidInput",
    "Json",
    "LoadedFile",
    "LongText",
    "Markdown",
    "MarkdownVariant",
    "MultiSelect",
    "Network",
    "Number",
    "OAuth2",
    "OAuth2Token",
    "Object",
    "Option",
    "Outcome",
    "PayloadRejected",
    "Piece",
    "PieceCategory",
    "PieceDefinitionError",
    "PieceError",
    "Property",
    "PropertyProblem",
    "Response",
    "RichText",
    "RunHooks",
    "Schedule",
    "SecretText",
    "SecretTextAuth",
    "SecretTextValue",
    "Server",
    "ShortText",
    "Signature",
    "StaticDropdown",
    "StaticMultiSelect",
    "Store",
    "StoreScope",
    "Switch",
    "Trigger",
    "TriggerContext",
    "TypedDict",
    "UnknownProperty",
    "UploadedFile",
    "WebhookAuthFailed",
    "WebhookPause",
    "auth_value",
    "custom_api_call",
    "database_value",
    "given",
    "header_of",
    "http_failed",
    "json_text",
    "load_file",
    "readable_body",
    "time_zone_options",
    "zone",
]
