"""Approval: let a person decide how a run goes on. The wire keeps it for older flows."""

from typing import Annotated, Any

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
        "First create the links and send them to someone, then wait: the run goes on when somebody has answered.",
        variant=MarkdownVariant.WARNING,
    ),
]


@piece.action(name="wait_for_approval", display_name="Wait for Approval", error_handling=HIDDEN)
def wait_for_approval(ctx: ActionContext, markdown: Note = None) -> dict[str, Any]:
    """Wait for the answer to the approval links. The output says whether it was the approving one, and has the comment if there is one."""
    if ctx.execution_type == "RESUME":
        return decision(ctx.resume_payload or {})
    ctx.run.pause(WebhookPause())
    return {"approved": True}


@piece.action(name="create_approval_links", display_name="Create Approval Links", error_handling=HIDDEN, pure=True)
def create_approval_links(ctx: ActionContext, markdown: Note = None) -> dict[str, str]:
    """Make the links that answer a later *Wait for Approval* of this run: one for each answer, and one to a page that offers both."""
    return {
        "approvalLink": ctx.run.pending_resume_url({"action": "approve"}),
        "disapprovalLink": ctx.run.pending_resume_url({"action": "disapprove"}),
        "reviewLink": ctx.run.pending_review_url(),
    }


def decision(call: dict[str, Any]) -> dict[str, Any]:
    """What was decided by the call that resumed the run. A comment comes from the approval page, or in the body of any other caller."""
    approved = (call.get("queryParams") or {}).get("action") == "approve"
    body = call.get("body")
    comment = body.get("comment") if isinstance(body, dict) else None
    return {"approved": approved, "comment": comment} if isinstance(comment, str) and comment.strip() else {"approved": approved}
