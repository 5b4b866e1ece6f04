"""The choices of boards, lists and labels."""

from typing import Annotated, Any
from urllib.parse import quote

from piecework.pieces.trello.piece import API, headers
from piecework.sdk import ActionContext, Dropdown, DropdownState, MultiSelect, Option, ShortText, TriggerContext

Context = ActionContext | TriggerContext
PICK_FIRST = DropdownState(disabled=True, placeholder="Choose a board first")


def card_address(card_id: str) -> str:
    """The address of a card."""
    return f"{API}/cards/{quote(card_id, safe='')}"


async def boards(ctx: Context) -> list[Option]:
    """The boards of the account."""
    return _options(await ctx.http.get(f"{API}/members/me/boards", headers=headers(ctx.auth), into=list[dict[str, Any]]))


async def lists(ctx: Context, board_id: Any) -> list[Option] | DropdownState:
    """The lists of a board."""
    return await _of_board(ctx, board_id, "lists")


async def labels(ctx: Context, board_id: Any) -> list[Option] | DropdownState:
    """The labels of a board; those without a name have their colour's."""
    return await _of_board(ctx, board_id, "labels")


async def _of_board(ctx: Context, board_id: Any, what: str) -> list[Option] | DropdownState:
    if not board_id:
        return PICK_FIRST
    address = f"{API}/boards/{quote(str(board_id), safe='')}/{what}"
    return _options(await ctx.http.get(address, headers=headers(ctx.auth), into=list[dict[str, Any]]))


def _options(entries: list[dict[str, Any]]) -> list[Option]:
    return [Option(entry.get("name") or entry.get("color") or entry["id"], entry["id"]) for entry in entries]


Board = Annotated[str, Dropdown("Boards", options=boards)]
List = Annotated[str, Dropdown("Lists", options=lists)]
AnyList = Annotated[str | None, Dropdown("Lists", options=lists)]
Labels = Annotated[list[str] | None, MultiSelect("Labels", options=labels)]
CardId = Annotated[str, ShortText("Card ID", "The card's id, or what stands after `/c/` in its address.")]
