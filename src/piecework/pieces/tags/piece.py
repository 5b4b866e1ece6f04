"""Tags: mark runs, to find them again."""

from typing import Annotated

from piecework.sdk import HIDDEN, ActionContext, Markdown, Piece, PieceCategory, PieceError, ShortText

piece = Piece("tags", display_name="Tags", version="0.0.17", description="Mark runs with tags.", categories=[PieceCategory.CORE])

NOTE = "Runs can be filtered by their tags."


@piece.action(name="add_tag", display_name="Add Tag", error_handling=HIDDEN, pure=True)
def add_tag(
    ctx: ActionContext,
    *,
    info: Annotated[None, Markdown(None, NOTE)] = None,
    name: Annotated[str, ShortText("Tag Name", "The name of the tag.")],
) -> dict[str, bool]:
    """Mark this run with a tag."""
    if not name.strip():
        raise PieceError("name: a tag needs a name")
    ctx.run.add_tag(name.strip())
    return {"success": True}
