from datetime import UTC, datetime
from typing import Annotated, Any

import pytest

from piecework.sdk import (
    BasicAuth,
    ById,
    ByTime,
    CustomAuth,
    Dropdown,
    DropdownState,
    MultiSelect,
    OAuth2,
    Option,
    Piece,
    SecretText,
    SecretTextAuth,
    ShortText,
    TriggerContext,
    UnknownProperty,
)
from piecework.sdk.testing import FakeContext, FakeTriggerContext, MemoryStore
from piecework.sdk.versions import VersionRange, parse_version


async def colours(ctx: Any, shade: str | None) -> DropdownState:
    if not shade:
        return DropdownState(disabled=True, placeholder="Choose a shade first")
    return DropdownState([Option(f"{shade} red", "red")])


def plain() -> dict[str, int]:
    return {"One": 1}


def example() -> Piece:
    piece = Piece("example", display_name="Example", version="1.4.2")

    @piece.action(name="paint")
    def paint(
        shade: Annotated[str, ShortText()],
        colour: Annotated[str | None, Dropdown(options=colours)] = None,
        numbers: Annotated[list[int] | None, MultiSelect(options=plain)] = None,
    ) -> None:
        """Paint."""

    return piece


async def test_computed_options() -> None:
    piece = example()
    assert await piece.options("paint", "colour", FakeContext(), {"shade": "dark"}) == {
        "type": "DROPDOWN",
        "options": {"disabled": False, "options": [{"label": "dark red", "value": "red"}]},
    }
    assert await piece.options("paint", "colour", FakeContext(), {}) == {
        "type": "DROPDOWN",
        "options": {"disabled": True, "options": [], "placeholder": "Choose a shade first"},
    }
    assert (await piece.options("paint", "numbers", None, {}))["options"]["options"] == [{"label": "One", "value": 1}]
    assert piece.describe()["actions"]["paint"]["props"]["colour"]["refreshers"] == ["shade"]


async def test_a_dropdown_that_searches_by_itself() -> None:
    piece = Piece("example", display_name="Example", version="1.4.2")

    def found(shade: str | None, search_value: str | None) -> list[Option]:
        return [Option(f"{shade} {word}", word) for word in ("red", "rose", "blue") if (search_value or "") in word]

    @piece.action(name="paint")
    def paint(colour: Annotated[str, Dropdown(options=found)]) -> None:
        """Paint."""

    described = piece.describe()["actions"]["paint"]["props"]["colour"]
    assert (described["refreshers"], described["refreshOnSearch"]) == (["shade"], True)
    state = (await piece.options("paint", "colour", None, {"shade": "dark"}, "ro"))["options"]
    assert state["options"] == [{"label": "dark rose", "value": "rose"}]
    assert len((await piece.options("paint", "colour", None, {}))["options"]["options"]) == 3


@pytest.mark.parametrize(("step", "prop"), [("paint", "shade"), ("paint", "nope"), ("nope", "colour")])
async def test_options_of_what_has_none(step: str, prop: str) -> None:
    with pytest.raises(UnknownProperty):
        await example().options(step, prop, None, {})


def test_names_and_versions() -> None:
    piece = example()
    assert piece.name == "@activepieces/piece-example"
    assert piece.serves("1.0.0")
    assert piece.serves("1.99.3-beta.1")
    assert not piece.serves("0.9.9")
    assert Piece("@acme/piece-x", display_name="X", version="0.1.0").name == "@acme/piece-x"


def test_version_ranges() -> None:
    versions = VersionRange.parse(">=0.5, <1")
    assert parse_version("0.5.0") in versions
    assert parse_version("0.4.9") not in versions
    assert parse_version("1.0.0") not in versions
    for bad in ("", "~0.5", ">=x"):
        with pytest.raises(ValueError, match="not a version range"):
            VersionRange.parse(bad)


@pytest.mark.parametrize(
    ("auth", "kind"),
    [
        (SecretTextAuth("API key"), "SECRET_TEXT"),
        (BasicAuth("Login"), "BASIC_AUTH"),
        (CustomAuth("Server", fields={"token": SecretText("Token", required=True)}), "CUSTOM_AUTH"),
        (OAuth2("Account", authorize_url="https://a", token_url="https://t", scopes=["x"]), "OAUTH2"),
    ],
)
def test_auth_travels(auth: Any, kind: str) -> None:
    wire = Piece("a", display_name="A", version="0.1.0", auth=auth).describe()["auth"]
    assert wire["type"] == kind
    assert wire["required"] is True


def polling(dedupe: ById | ByTime, items: list[dict[str, Any]]) -> Piece:
    piece = Piece("polls", display_name="Polls", version="0.1.0")

    @piece.poll(name="new_item", dedupe=dedupe)
    async def new_item(ctx: TriggerContext) -> list[dict[str, Any]]:
        """A new item."""
        return items

    return piece


def item(number: int) -> dict[str, Any]:
    return {"id": str(number), "at": datetime(2026, 1, number, tzinfo=UTC)}


@pytest.mark.parametrize("dedupe", [ById(lambda item: item["id"]), ByTime(lambda item: item["at"])])
async def test_a_poll_fires_once_per_new_item(dedupe: ById | ByTime) -> None:
    items = [item(2), item(1)]
    trigger = polling(dedupe, items).triggers["new_item"]
    ctx = FakeTriggerContext(store=MemoryStore())
    await trigger.on_enable(ctx, {})
    assert await trigger.payloads(ctx, {}) == []
    items[:0] = [item(4), item(3)]
    assert await trigger.test(ctx, {}) == items
    assert await trigger.payloads(ctx, {}) == [item(3), item(4)]
    assert await trigger.payloads(ctx, {}) == []
    await trigger.on_disable(ctx, {})
    assert isinstance(ctx.store, MemoryStore)
    assert ctx.store.values == {}


def test_hooks_are_recorded() -> None:
    ctx = FakeContext()
    assert ctx.run.outcome.kind == "none"
    ctx.run.add_tag("a")
    ctx.run.add_tag("a")
    assert ctx.run.tags == ["a"]
    assert ctx.run.resume_url({"x": "1 2"}, sync=True) == ("https://flows.test/api/v1/flow-runs/run1/waitpoints/waitpoint1/sync?x=1+2")
