"""What travels about variables. A value travels in, and out only where somebody reveals it."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, IdText, PageQuery, PlainText, Query
from piecework.server.modules.users.schemas import Owner

VariableName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_]+$", max_length=255)]
VariableValue = Annotated[PlainText, StringConstraints(max_length=100_000)]


class Variable(TypedDict):
    """A variable of a project without its value."""

    id: str
    created: str
    updated: str
    name: str
    projectId: str
    platformId: str
    ownerId: str | None
    owner: Owner | None
    metadata: dict[str, Any] | None
    flowIds: list[str] | None


class VariableText(TypedDict):
    """A variable's value."""

    value: str


class SetVariable(Body):
    """A variable that shall be there. One of this name gets the new value."""

    project_id: IdText
    name: VariableName
    value: VariableValue
    metadata: dict[str, Any] | None = None


class UpdateVariable(Body):
    """Changes to a variable; its name stays, because flows use it by its name."""

    value: VariableValue | None = None
    metadata: dict[str, Any] | None = None


class VariableQuery(PageQuery):
    """Which variables to list."""

    project_id: IdText
    name: PlainText | None = Field(None, description="Variables with this in their names, in any case.")


class VariableOwnerQuery(Query):
    """Whose owners to list."""

    project_id: IdText
