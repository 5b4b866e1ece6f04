"""Cards: create, read, change, delete."""

from typing import Annotated, Any, Literal

from piecework.pieces.trello.client import AnyList, Board, CardId, Dropdown, Labels, List, boards, card_address
from piecework.pieces.trello.piece import API, headers, piece
from piecework.sdk import ActionContext, Checkbox, DateTime, LongText, ShortText, StaticDropdown, given

Position = Annotated[
    Literal["top", "bottom"] | None, StaticDropdown("Position", "Where in its list.", options={"Top": "top", "Bottom": "bottom"})
]


@piece.action
async def create_card(
    ctx: ActionContext,
    board_id: Board,
    list_id: List,
    name: Annotated[str, ShortText("Task Name", "The title of the card.")],
    description: Annotated[str | None, LongText("Task Description", "In Markdown.")] = None,
    position: Position = None,
    labels: Labels = None,
) -> Any:
    """Create a card in a list."""
    body = given(idList=list_id, name=name, desc=description, pos=position, idLabels=labels)
    return await ctx.http.post(f"{API}/cards", headers=headers(ctx.auth), json=body)


@piece.action
async def get_card(ctx: ActionContext, cardId: CardId) -> Any:
    """Fetch a card."""
    return await ctx.http.get(card_address(cardId), headers=headers(ctx.auth))


@piece.action
async def update_card(
    ctx: ActionContext,
    card_id: CardId,
    name: Annotated[str | None, ShortText("Card Name")] = None,
    description: Annotated[str | None, LongText("Card Description", "In Markdown.")] = None,
    board_id: Annotated[str | None, Dropdown("Boards", "To choose a list or labels from.", options=boards)] = None,
    list_id: AnyList = None,
    position: Position = None,
    labels: Labels = None,
    closed: Annotated[bool | None, Checkbox("Archived", "Whether the card is in the archive.")] = None,
    due: Annotated[str | None, DateTime("Due Date")] = None,
) -> Any:
    """Change a card. What is left empty stays as it is; labels replace those that it has."""
    body = given(
        name=name or None, desc=description or None, idList=list_id or None, pos=position or None, idLabels=labels or None, closed=closed,
        due=due or None,
    )  # fmt: skip
    return await ctx.http.put(card_address(card_id), headers=headers(ctx.auth), json=body)


@piece.action
async def delete_card(ctx: ActionContext, card_id: CardId) -> Any:
    """Delete a card for good."""
    return await ctx.http.delete(card_address(card_id), headers=headers(ctx.auth))
