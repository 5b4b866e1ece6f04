"""The pages that begin a flow: a form that is filled in once, and a chat in which every message starts a run."""

import re
from typing import Annotated, Any

from piecework.pieces.forms.fields import read_fields
from piecework.pieces.forms.piece import piece
from piecework.sdk import (
    Array,
    Checkbox,
    Markdown,
    MarkdownVariant,
    PayloadRejected,
    PropertyProblem,
    ShortText,
    StaticDropdown,
    TriggerContext,
)

FORM_LINKS = """**Form**
```text
{{formUrl}}
```
For everybody: the form as it is published.

**Draft**
```text
{{formUrl}}?useDraft=true
```
For trying: the form as it is being edited.
"""
FORM_ANSWER = """With *Wait for Response* on, the form waits up to {{webhookTimeoutSeconds}} seconds for the step **Respond on UI** and shows its
answer. Otherwise it says that it has been sent.
"""
CHAT_LINKS = """**Chat**
```text
{{chatUrl}}
```
For everybody: the chat as it is published.

**Draft**
```text
{{chatUrl}}?useDraft=true
```
For trying: the chat as it is being edited.
"""
CHAT_ANSWER = "Every message starts a run. The person waits for the step **Respond on UI**; let it be the last one."

FIELD = {
    "displayName": ShortText("Field Name", required=True),
    "type": StaticDropdown(
        "Field Type", required=True, options={"Text": "text", "Text Area": "text_area", "File": "file", "Toggle": "toggle"}
    ),
    "description": ShortText("Field Description", required=False),
    "required": Checkbox("Required", required=False, default=False),
}
_FILE = re.compile(r"file\[(\d+)\]")


@piece.webhook_trigger(name="form_submission", display_name="Web Form", sample_data={})
def form_submission(
    ctx: TriggerContext,
    *,
    about: Annotated[None, Markdown(None, FORM_LINKS, variant=MarkdownVariant.BORDERLESS)] = None,
    response: Annotated[None, Markdown(None, FORM_ANSWER, variant=MarkdownVariant.WARNING)] = None,
    waitForResponse: Annotated[bool, Checkbox("Wait for Response", "Keep the person on the form until the flow has answered.")] = False,
    inputs: Annotated[list[dict[str, Any]], Array("Inputs", "The fields of the form, from top to bottom.", of=FIELD)],
) -> list[Any]:
    """Start the flow when somebody sends a form. The output has the fields' values; of a file its URL."""
    return [read_fields(inputs, (ctx.payload or {}).get("body"))]


@piece.webhook_trigger(name="chat_submission", display_name="Chat UI")
def chat_submission(
    ctx: TriggerContext,
    about: Annotated[None, Markdown(None, CHAT_LINKS, variant=MarkdownVariant.BORDERLESS)] = None,
    responseMarkdown: Annotated[None, Markdown(None, CHAT_ANSWER, variant=MarkdownVariant.WARNING)] = None,
    botName: Annotated[str, ShortText("Bot Name", "How the page calls whoever answers.", required=True)] = "AI Bot",
) -> list[Any]:
    """Start the flow with each message that somebody writes. Messages of one conversation have the same `sessionId`."""
    body = (ctx.payload or {}).get("body")
    sent: dict[str, Any] = body if isinstance(body, dict) else {}
    problems = [
        PropertyProblem(name, f"{said} is required") for name, said in (("chatId", "Chat ID"), ("message", "Message")) if not sent.get(name)
    ]
    if problems:
        raise PayloadRejected(problems)
    files = {int(place[1]): value for name, value in sent.items() if (place := _FILE.fullmatch(name))}
    return [{"sessionId": sent["chatId"], "message": sent["message"], "files": [files[index] for index in sorted(files)]}]
