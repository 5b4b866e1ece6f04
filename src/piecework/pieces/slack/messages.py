"""Messages: post, change, delete, react, read."""

from typing import Annotated, Any, cast

from piecework.pieces.slack.client import Channel, User, channels, get, pages, post, succeeded, timestamp, user_headers
from piecework.pieces.slack.piece import API, bot_headers, piece
from piecework.sdk import (
    ActionContext,
    Checkbox,
    Dropdown,
    File,
    Json,
    LoadedFile,
    LongText,
    Number,
    PieceError,
    ShortText,
    UploadedFile,
    given,
)

SECTION = 3000
"""Characters that a section block takes at most (docs.slack.dev/reference/block-kit/blocks/section-block)."""

Stamp = Annotated[str, ShortText("Message Timestamp", "The `ts` of the message, such as `1710304378.475129`, or the link to it.")]
Name = Annotated[str | None, ShortText("Username", "Shown as the sender instead of the app's name.")]
Picture = Annotated[str | None, ShortText("Profile Picture", "URL of the picture that is shown with the message.")]
Icon = Annotated[str | None, ShortText("Icon Emoji", "Shown instead of a picture, such as `:robot_face:`.")]
Origin = Annotated[bool, Checkbox("Mention the Flow", "Add a line that links to the flow that wrote the message.")]
Blocks = Annotated[Any, Json("Block Kit blocks", "See https://docs.slack.dev/block-kit.")]
Unfurl = Annotated[bool, Checkbox("Unfurl Links", "Show a preview of what the message links to.")]


@piece.action(name="send_channel_message", display_name="Send Message To A Channel")
async def send_channel_message(
    ctx: ActionContext,
    channel: Channel,
    text: Annotated[str | None, LongText("Message", "In Slack's mrkdwn: `*bold*`, `_italic_`, `<https://…|link>`.")] = None,
    sendAsBot: Annotated[bool, Checkbox("Send as Bot", "Off: in the name of who connected, which needs a user token.")] = True,
    threadTs: Annotated[str | None, ShortText("Thread", "The `ts` or link of the message to reply to.")] = None,
    file: Annotated[
        LoadedFile | None, File("Attachment", "Goes with the message as its comment; the options below do not apply then.")
    ] = None,
    username: Name = None,
    profilePicture: Picture = None,
    iconEmoji: Icon = None,
    replyBroadcast: Annotated[bool, Checkbox("Broadcast Reply", "Show a reply in the channel too.")] = False,
    mentionOriginFlow: Origin = False,
    unfurlLinks: Unfurl = True,
    blocks: Blocks = None,
) -> dict[str, Any]:
    """Post a message to a channel, or a reply in a thread."""
    headers = bot_headers(ctx.auth) if sendAsBot else user_headers(ctx.auth)
    thread = timestamp(threadTs) if threadTs else None
    if file is not None:
        return await upload(ctx, file, given(channel_id=channel, initial_comment=text, thread_ts=thread), headers)
    shown = _blocks(ctx, text, blocks, mentionOriginFlow)
    if not text and not shown:
        raise PieceError("Write a message, or give blocks")
    body = given(
        channel=channel, text=text, blocks=shown, thread_ts=thread, username=username, icon_url=profilePicture, icon_emoji=iconEmoji,
        reply_broadcast=replyBroadcast or None, unfurl_links=unfurlLinks,
    )  # fmt: skip
    return await post(ctx, "chat.postMessage", body, headers)


@piece.action(name="send_direct_message", display_name="Send Message To A User")
async def send_direct_message(
    ctx: ActionContext,
    userId: User,
    text: Annotated[str, LongText("Message")],
    username: Name = None,
    profilePicture: Picture = None,
    iconEmoji: Icon = None,
    mentionOriginFlow: Origin = False,
    blocks: Blocks = None,
    unfurlLinks: Unfurl = True,
) -> dict[str, Any]:
    """Write to one person."""
    shown = _blocks(ctx, text, blocks, mentionOriginFlow)
    body = given(
        channel=userId, text=text, blocks=shown, username=username, icon_url=profilePicture, icon_emoji=iconEmoji, unfurl_links=unfurlLinks
    )
    return await post(ctx, "chat.postMessage", body)


@piece.action(name="updateMessage", display_name="Update Message")
async def update_message(
    ctx: ActionContext,
    channel: Channel,
    ts: Stamp,
    text: Annotated[str, LongText("Message")],
    mentionOriginFlow: Origin = False,
    blocks: Blocks = None,
) -> dict[str, Any]:
    """Replace the text of a message that the app has posted."""
    shown = _blocks(ctx, text, blocks, mentionOriginFlow)
    return await post(ctx, "chat.update", given(channel=channel, ts=timestamp(ts), text=text, blocks=shown))


@piece.action(name="delete-message", display_name="Delete message")
async def delete_message(ctx: ActionContext, channel: Channel, ts: Stamp) -> dict[str, Any]:
    """Delete a message that the app has posted."""
    return await post(ctx, "chat.delete", {"channel": channel, "ts": timestamp(ts)})


@piece.action(name="slack-add-reaction-to-message", display_name="Add Reaction to Message")
async def add_reaction(
    ctx: ActionContext,
    channel: Channel,
    ts: Stamp,
    reaction: Annotated[str, ShortText("Reaction (emoji) name", "Without colons, such as `thumbsup`.")],
    reactAsUser: Annotated[bool, Checkbox("React as user?", "Off: the bot reacts.")] = False,
) -> dict[str, Any]:
    """React to a message with an emoji."""
    headers = user_headers(ctx.auth) if reactAsUser else bot_headers(ctx.auth)
    return await post(ctx, "reactions.add", {"channel": channel, "timestamp": timestamp(ts), "name": reaction.strip(":")}, headers)


@piece.action(name="getChannelHistory", display_name="Get channel history")
async def get_channel_history(
    ctx: ActionContext,
    channel: Channel,
    oldest: Annotated[float | None, Number("Oldest", "Only messages after this time, in seconds since 1970.")] = None,
    latest: Annotated[float | None, Number("Latest", "Only messages before this time.")] = None,
    inclusive: Annotated[bool, Checkbox("Inclusive", "Also messages of exactly these times.")] = False,
    includeAllMetadata: Annotated[bool, Checkbox("Include all metadata")] = False,
) -> list[dict[str, Any]]:
    """Read the messages of a channel, newest first."""
    params = given(
        channel=channel,
        oldest=oldest,
        latest=latest,
        inclusive="true" if inclusive else None,
        include_all_metadata="true" if includeAllMetadata else None,
    )
    return [message async for page in pages(ctx, "conversations.history", "messages", params) for message in page]


@piece.action(name="retrieveThreadMessages", display_name="Retrieve Thread Messages")
async def retrieve_thread_messages(
    ctx: ActionContext,
    channel: Channel,
    threadTs: Annotated[str, ShortText("Thread ts", "The `ts` or link of the thread's first message.")],
) -> dict[str, Any]:
    """Read a message and the replies to it."""
    return await get(ctx, "conversations.replies", {"channel": channel, "ts": timestamp(threadTs), "limit": 1000})


@piece.action(name="uploadFile", display_name="Upload file")
async def upload_file(
    ctx: ActionContext,
    file: LoadedFile,
    title: str | None = None,
    filename: Annotated[str | None, ShortText("Filename")] = None,
    channel: Annotated[str | None, Dropdown("Channel", "Empty: the file is shared with nobody yet.", options=channels)] = None,
) -> dict[str, Any]:
    """Upload a file, and share it in a channel."""
    named = LoadedFile(filename, file.data, file.extension) if filename else file
    return await upload(ctx, named, given(channel_id=channel), bot_headers(ctx.auth), title)


async def upload(
    ctx: ActionContext, file: LoadedFile, share: dict[str, Any], headers: dict[str, str], title: str | None = None
) -> dict[str, Any]:
    """Upload in three steps: ask for an address, send the bytes there, share the file (docs.slack.dev/messaging/working-with-files)."""
    asked = {"filename": file.filename, "length": len(file.data)}
    place = await ctx.http.get(f"{API}/files.getUploadURLExternal", headers=headers, params=asked, into=dict[str, Any])
    succeeded("files.getUploadURLExternal", place)
    await ctx.http.post(place["upload_url"], files=[UploadedFile("file", file.filename, file.data)])
    body = {"files": [{"id": place["file_id"], "title": title or file.filename}], **share}
    return await post(ctx, "files.completeUploadExternal", body, headers)


def _blocks(ctx: ActionContext, text: str | None, blocks: Any, mention: bool) -> list[Any] | None:
    """The text as sections, the given blocks and the line about the flow; None where the plain text does."""
    extra = cast("list[Any]", blocks) if isinstance(blocks, list) else []
    if mention:
        link = f"{ctx.server.public_url.removesuffix('api/')}projects/{ctx.project_id}/flows/{ctx.flow_id}"
        extra = [*extra, {"type": "context", "elements": [{"type": "mrkdwn", "text": f"Message sent by <{link}|this flow>."}]}]
    if not extra:
        return None
    parts = [text[start : start + SECTION] for start in range(0, len(text), SECTION)] if text else []
    return [*({"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in parts), *extra]
