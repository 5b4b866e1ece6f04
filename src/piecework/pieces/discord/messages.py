"""Messages."""

from typing import Annotated, Any

import orjson

from piecework.pieces.discord.client import Channel
from piecework.pieces.discord.piece import API, headers, piece
from piecework.sdk import (
    ActionContext,
    Array,
    Checkbox,
    File,
    Json,
    LoadedFile,
    LongText,
    PieceError,
    ShortText,
    UploadedFile,
    given,
    load_file,
)

Attachments = Annotated[list[dict[str, Any]] | None, Array("Attachments", of={"file": File("File")})]


@piece.action(name="send_message_webhook", display_name="Send Message Webhook", require_auth=False)
async def send_message_webhook(
    ctx: ActionContext,
    webhook_url: Annotated[str, ShortText("Webhook URL", "In Discord: *Server Settings*, *Integrations*, *Webhooks*, *Copy Webhook URL*.")],
    content: Annotated[str, LongText("Message", "At most 2000 characters.")],
    username: Annotated[str | None, ShortText("Name", "Shown instead of the webhook's.")] = None,
    avatar_url: Annotated[str | None, ShortText("Avatar URL", "Shown instead of the webhook's picture.")] = None,
    embeds: Annotated[Any, Json("Embeds", "A list of https://discord.com/developers/docs/resources/message#embed-object.")] = None,
    tts: Annotated[bool, Checkbox("Text to Speech", "Discord reads it aloud.")] = False,
) -> dict[str, Any]:
    """Post a message through a webhook of a channel. It needs no bot."""
    body = given(content=content, username=username, avatar_url=avatar_url, embeds=embeds or None, tts=tts or None)
    return await ctx.http.exchange("POST", webhook_url, json=body)


@piece.action(name="sendMessageWithBot", display_name="Send Message with Bot")
async def send_message(
    ctx: ActionContext, channel_id: Channel, message: Annotated[str | None, LongText("Message")] = None, files: Attachments = None
) -> dict[str, Any]:
    """Post a message to a channel or thread."""
    loaded = [await _loaded(ctx, entry["file"]) for entry in files or () if entry.get("file")]
    if not message and not loaded:
        raise PieceError("Write a message, or attach a file")
    url = f"{API}/channels/{channel_id}/messages"
    body = given(content=message)
    if not loaded:
        return await ctx.http.post(url, headers=headers(ctx.auth), json=body, into=dict[str, Any])
    parts = [UploadedFile(f"files[{index}]", file.filename, file.data) for index, file in enumerate(loaded)]
    return await ctx.http.post(
        url, headers=headers(ctx.auth), data={"payload_json": orjson.dumps(body).decode()}, files=parts, into=dict[str, Any]
    )


async def _loaded(ctx: ActionContext, file: Any) -> LoadedFile:
    return file if isinstance(file, LoadedFile) else await load_file(file, ctx.files)
