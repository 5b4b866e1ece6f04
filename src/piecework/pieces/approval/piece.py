"""Approval: let a person decide how a run goes on. The wire keeps it for older flows."""

from typing import Annotated

from piecework.sdk import HIDDEN, ActionContext, Markdown, MarkdownVariant, Piece, PieceCategory, WebhookPause

piece = Piece(
    "approval",
    display_name="Approval (Legacy)",
    version="0.1.19",
    description="Wait for a person's decision.",
    categories=[PieceCategory.CORE, PieceCategory.FLOW_CONTROL],
)

Note = Annotated[
    None,
    Markdown(
        None,
        "First create the links and send them to someone, then wait: the run goes on when one of the links is opened.",
        variant=MarkdownVariant.WARNING,
    ),
]


@piece.action(name="wait_for_approval", display_name="Wait for Approval", error_handling=HIDDEN)
def wait_for_approval(ctx: ActionContext, markdown: Note = None) -> dict[str, bool]:
    """Wait until one of the approval links is opened. The output says whether it was the approving one."""
    if ctx.execution_type == "RESUME":
        query = (ctx.resume_payload or {}).get("queryParams") or {}
        return {"approved": query.get("action") == "approve"}
    ctx.run.pause(WebhookPause())
    return {"approved": True}


@piece.action(name="create_approval_links", display_name="Create Approval Links", error_handling=HIDDEN, pure=True)
def create_approval_links(ctx: ActionContext, markdown: Note = None) -> dict[str, str]:
    """Make the links that answer a later *Wait for Approval* of this run."""
    return {
        "approvalLink": ctx.run.pending_resume_url({"action": "approve"}),
        "disapprovalLink": ctx.run.pending_resume_url({"action": "disapprove"}),
    }
