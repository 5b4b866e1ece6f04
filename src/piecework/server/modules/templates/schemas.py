"""What travels about templates."""

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, Name, PageQuery, PlainText

TemplateType = Literal["OFFICIAL", "CUSTOM", "SHARED"]
TemplateStatus = Literal["PUBLISHED", "ARCHIVED"]
JsonObject = dict[str, Any]


class Template(TypedDict):
    """A template as it is kept (spec/flow-json.md §6). OFFICIAL ones come with the program and belong to no platform."""

    id: str
    created: str
    updated: str
    name: str
    summary: str
    description: str
    type: TemplateType
    status: TemplateStatus
    platformId: str | None
    flows: list[JsonObject]
    tables: list[JsonObject] | None
    tags: list[JsonObject]
    blogUrl: str | None
    metadata: JsonObject | None
    author: str
    categories: list[str]
    pieces: list[str]


class CreateTemplate(Body):
    """A new template; `pieces` is worked out from its flows."""

    name: Name
    summary: PlainText = ""
    description: PlainText = ""
    type: Literal["CUSTOM", "SHARED"] = "CUSTOM"
    flows: Annotated[list[JsonObject], Field(min_length=1)]
    tables: list[JsonObject] | None = None
    tags: Annotated[list[JsonObject], Field(default_factory=list)]
    blog_url: PlainText | None = None
    metadata: JsonObject | None = None
    author: PlainText = ""
    categories: Annotated[list[PlainText], Field(default_factory=list)]


class UpdateTemplate(Body):
    """Changes of a template; what is absent stays."""

    name: Name | None = None
    summary: PlainText | None = None
    description: PlainText | None = None
    status: TemplateStatus | None = None
    flows: Annotated[list[JsonObject], Field(min_length=1)] | None = None
    tables: list[JsonObject] | None = None
    tags: list[JsonObject] | None = None
    blog_url: PlainText | None = None
    metadata: JsonObject | None = None
    categories: list[PlainText] | None = None


class TemplateQuery(PageQuery):
    """Which templates to list; every filter that is given must hold."""

    type: TemplateType | None = Field(None, description="OFFICIAL: those that come with the program; else those of the platform.")
    pieces: list[PlainText] | None = Field(None, description="Templates that use all of these pieces.")
    tags: list[PlainText] | None = Field(None, description="Templates with one of these tags, by title.")
    search: PlainText | None = Field(None, description="Templates with this in name, summary or description.")
    category: PlainText | None = None
