"""Pydantic's errors in the wire's words."""

from typing import Annotated, Any, Literal

import pytest
from fastapi.routing import APIRoute
from pydantic import Field, TypeAdapter, ValidationError

from piecework.server.api.validation import describe_errors
from piecework.server.kernel.http import Body


class Inner(Body):
    width: Annotated[float, Field(gt=0, le=10)]


class Create(Body):
    type: Literal["CREATE"]
    request: Inner


class Remove(Body):
    type: Literal["REMOVE"]
    names: list[str]


class Request(Body):
    first_name: str
    kind: Literal["A", "B"] | None = None
    inner: Inner | None = None
    items: Annotated[list[Inner], Field(max_length=2)] = Field(default_factory=list)
    either: int | str = 0
    flag: bool = False
    extra: dict[str, int] | None = None


Operation = Annotated[Create | Remove, Field(discriminator="type")]


def describe(annotation: Any, value: Any) -> str:
    async def endpoint(request: annotation) -> None: ...

    endpoint.__annotations__["request"] = annotation
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(annotation).validate_python(value)
    errors = [{**error, "loc": ("body", *error["loc"])} for error in caught.value.errors()]
    return describe_errors(errors, APIRoute("/", endpoint, methods=["POST"]))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"firstName": 5}, "body/firstName Invalid input: expected string, received number"),
        ({"kind": "C"}, 'body/kind Invalid option: expected one of "A"|"B"'),
        ({"inner": []}, "body/inner Invalid input: expected object, received array"),
        ({"inner": {}}, "body/inner/width Invalid input: expected number, received undefined"),
        ({"inner": {"width": 0}}, "body/inner/width Too small: expected number to be >0"),
        ({"inner": {"width": 11}}, "body/inner/width Too big: expected number to be <=10"),
        ({"items": [{"width": 1}, {"width": "1"}]}, "body/items/1/width Invalid input: expected number, received string"),
        ({"items": [{"width": 1}] * 3}, "body/items Too big: expected array to have <=2 items"),
        ({"items": None}, "body/items Invalid input: expected array, received null"),
        ({"either": []}, "body/either Invalid input"),
        ({"flag": 1}, "body/flag Invalid input: expected boolean, received number"),
        ({"extra": {"a": "x"}}, "body/extra/a Invalid input: expected number, received string"),
    ],
)
def test_fields(fields: dict[str, Any], sentence: str) -> None:
    assert describe(Request, {"firstName": "x"} | fields) == sentence


def test_several_errors_are_joined() -> None:
    assert describe(Request, {"flag": "x"}) == (
        "body/firstName Invalid input: expected string, received undefined, body/flag Invalid input: expected boolean, received string"
    )


@pytest.mark.parametrize("value", [{}, {"type": "X"}, {"type": "CREATE"}, {"type": "REMOVE", "names": [1]}])
def test_what_was_meant_by_a_union_is_not_known(value: dict[str, Any]) -> None:
    assert describe(Operation, value) == "body/ Invalid input"
