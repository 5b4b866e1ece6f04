"""Callable Flow: the trigger's output is the call, ``{"data", "callbackUrl"?}`` (spec/npm-pieces.md §6)."""

from collections.abc import Mapping
from typing import Annotated, Any

from piecework.pieces.subflows.mode import Mode, data_field
from piecework.pieces.subflows.piece import piece
from piecework.sdk import DynamicProperties, Property, TriggerContext

TEST_CALLBACK = "MOCK"
"""The callback URL of a sample call: nobody waits for an answer."""


def sample_fields(mode: str | None) -> dict[str, Property]:
    """What a call looks like."""
    return {"sampleData": data_field(mode, "Sample Data")}


def sample_call(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
    return [{"data": (props.get("exampleData") or {}).get("sampleData"), "callbackUrl": TEST_CALLBACK}]


@piece.webhook_trigger(name="callableFlow", display_name="Callable Flow", test=sample_call)
def callable_flow(
    ctx: TriggerContext,
    mode: Mode = "simple",
    *,
    exampleData: Annotated[
        dict[str, Any],
        DynamicProperties("Sample Data", "What callers send: it fills the forms of the steps that call this flow.", form=sample_fields),
    ],
) -> list[Any]:
    """Start the flow when another flow calls it."""
    return [(ctx.payload or {}).get("body")]
