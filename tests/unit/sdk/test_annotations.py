"""Forms from plain annotations: no property is written where the type says enough."""

from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any, Literal

import pytest

from piecework.sdk import InvalidInput, LoadedFile, Number, Piece, PieceDefinitionError, TypedDict
from piecework.sdk.form import form_of
from piecework.sdk.testing import run_action


class Priority(Enum):
    LOW = 1
    HIGH = 4


class Line(TypedDict):
    sku: str
    count: Annotated[int, "How many."]


piece = Piece("orders", display_name="Orders", version="1.0.0")


@piece.action
def place(
    customer: str,
    lines: list[Line],
    priority: Priority = Priority.LOW,
    channel: Literal["web", "phone"] = "web",
    due: datetime | None = None,
    discount: Annotated[float, Number(minimum=0, maximum=0.5)] = 0.0,
    tags: list[Literal["gift", "express"]] | None = None,
    extra: dict[str, Any] | None = None,
    anything: Any = None,
    urgent: bool = False,
    receipt: LoadedFile | None = None,
) -> list[Any]:
    """Place an order.

    :param customer: Who orders,
        by number.
    """
    return [customer, lines, priority, channel, due, discount, tags, extra, anything, urgent, receipt]


def test_the_wire_sees_an_ordinary_form() -> None:
    described = piece.actions["place"].describe()
    assert described["description"] == "Place an order."
    props = described["props"]
    assert {name: (prop["type"], prop["required"]) for name, prop in props.items()} == {
        "customer": ("SHORT_TEXT", True),
        "lines": ("ARRAY", True),
        "priority": ("STATIC_DROPDOWN", False),
        "channel": ("STATIC_DROPDOWN", False),
        "due": ("DATE_TIME", False),
        "discount": ("NUMBER", False),
        "tags": ("STATIC_MULTI_SELECT_DROPDOWN", False),
        "extra": ("OBJECT", False),
        "anything": ("JSON", False),
        "urgent": ("CHECKBOX", False),
        "receipt": ("FILE", False),
    }
    assert props["customer"]["description"] == "Who orders, by number."
    assert props["lines"]["properties"]["count"] == {"displayName": "Count", "description": "How many.", "required": True, "type": "NUMBER"}
    assert props["priority"]["defaultValue"] == 1
    assert props["priority"]["options"]["options"] == [{"label": "Low", "value": 1}, {"label": "High", "value": 4}]
    assert props["channel"]["options"]["options"] == [{"label": "Web", "value": "web"}, {"label": "Phone", "value": "phone"}]


async def test_the_code_gets_what_its_annotations_say() -> None:
    given = {
        "customer": 7,
        "lines": {"sku": ["a", "b"], "count": ["1", 2]},
        "priority": 4,
        "channel": "phone",
        "due": "2026-01-31T10:30:00+01:00",
        "discount": "0.25",
        "tags": ["gift"],
        "extra": '{"a": 1}',
        "anything": "[1]",
        "urgent": "true",
    }
    assert await run_action(piece, "place", given) == [
        "7",
        [{"sku": "a", "count": 1}, {"sku": "b", "count": 2}],
        Priority.HIGH,
        "phone",
        datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
        0.25,
        ["gift"],
        {"a": 1},
        [1],
        True,
        None,
    ]


async def test_defaults_stand_in_for_what_is_missing() -> None:
    assert await run_action(piece, "place", {"customer": "Ada", "lines": []}) == [
        "Ada", [], Priority.LOW, "web", None, 0.0, None, None, None, False, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("priority", 2, "Expected one of 1, 4, received: 2"),
        ("priority", True, "Expected one of 1, 4, received: true"),
        ("channel", "fax", "Expected one of web, phone, received: fax"),
        ("tags", ["gift", "wrap"], "Expected one of gift, express, received: wrap"),
        ("discount", 0.6, "Expected number, at least 0 and at most 0.5, received: 0.6"),
        ("lines.0.count", 1.5, "Expected whole number, received: 1.5"),
        ("lines.0.count", "Infinity", "Expected whole number, received: null"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(field: str, value: Any, message: str) -> None:
    line = {"sku": "a", "count": value if field.startswith("lines") else 1}
    given = {"customer": "Ada", "lines": [line]} | ({} if field.startswith("lines") else {field: value})
    with pytest.raises(InvalidInput) as refused:
        await run_action(piece, "place", given)
    assert refused.value.as_wire() == {field: [message]}


def test_an_annotation_that_no_field_stands_for_is_refused() -> None:
    def action(content: bytes) -> None: ...

    with pytest.raises(PieceDefinitionError, match=r"content.*no field for"):
        form_of(action)
