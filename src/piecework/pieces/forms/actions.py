"""Answering the person who waits on the page of a form or a chat."""

import mimetypes
from typing import Annotated, Any

from piecework.pieces.forms.piece import piece
from piecework.sdk import HIDDEN, ActionContext, File, LoadedFile, LongText, Response


@piece.action(name="return_response", display_name="Respond on UI", error_handling=HIDDEN)
async def return_response(
    ctx: ActionContext,
    markdown: Annotated[str | None, LongText("Text (Markdown)")] = None,
    file: Annotated[LoadedFile | None, File("Attachment")] = None,
) -> dict[str, Any]:
    """Show the person a text, a file to download, or both. The flow goes on."""
    files: list[dict[str, str]] = []
    if file is not None:
        media_type = mimetypes.guess_type(file.filename)[0] or ""
        files.append({"url": await ctx.files.write(file.filename, file.data), "mimeType": media_type, "fileName": file.filename})
    answer = {"type": "markdown", "value": markdown or "", "files": files}
    ctx.run.respond(Response(200, answer))
    return answer
