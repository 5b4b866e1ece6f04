"""Request models and their common fields. What is refused here is answered 400 in the wire's words (api/validation.py)."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

from piecework.server.kernel.ids import ID_PATTERN

NO_NUL = r"^[^\x00]*$"


class Body(BaseModel):
    """A JSON request body. Fields are snake_case here and camelCase on the wire; nothing is coerced; unknown fields are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, frozen=True)


class Query(BaseModel):
    """A query string. Fields are snake_case here and camelCase on the wire."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


IdText = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""An entity's identifier in a body or query."""


def as_whole(value: Any) -> Any:
    """1.0 as 1, because JSON does not tell them apart. Its BeforeValidator stands behind the bounds, or the schema loses them."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


EntityId = Annotated[str, Path(alias="id", pattern=ID_PATTERN, description="The entity's id: 21 characters of [0-9A-Za-z].")]
"""The `{id}` of a path, as a parameter of any name."""

PlainText = Annotated[str, StringConstraints(pattern=NO_NUL)]
"""Text without NUL, which PostgreSQL's text columns cannot hold."""

Name = Annotated[str, StringConstraints(pattern=NO_NUL, min_length=1, max_length=255)]
"""What people call a thing."""
