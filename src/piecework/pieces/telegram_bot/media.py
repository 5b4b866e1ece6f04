"""Pictures, videos and files."""

import base64
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import orjson

from piecework.pieces.telegram_bot.actions import Protected, Silent
from piecework.pieces.telegram_bot.piece import API, Chat, Format, Markup, Thread, call, method_url, parse_mode, piece
from piecework.sdk import (
    ActionContext,
    Checkbox,
    DynamicProperties,
    File,
    LoadedFile,
    LongText,
    PieceError,
    Property,
    ShortText,
    UploadedFile,
    given,
    load_file,
)

METHODS = {"photo": "sendPhoto", "video": "sendVideo", "sticker": "sendSticker", "animation": "sendAnimation"}


def media_fields(media_type: str | None) -> Mapping[str, Property]:
    """A file, or the id of one that Telegram has already."""
    if media_type not in METHODS:
        return {}
    return {
        media_type: File("File", "A file of an earlier step, or a URL."),
        f"{media_type}Id": ShortText("File Id", "Of a file that Telegram has already."),
    }


@piece.action(name="send_media", display_name="Send Media")
async def send_media(
    ctx: ActionContext,
    chat_id: Chat,
    media_type: Literal["photo", "video", "sticker", "animation"],
    media: Annotated[dict[str, Any] | None, DynamicProperties("Media Properties", form=media_fields)] = None,
    message_thread_id: Thread = None,
    format: Format = "MarkdownV2",
    message: Annotated[str | None, LongText("Caption")] = None,
    disable_notification: Silent = False,
    protect_content: Protected = False,
    reply_markup: Markup = None,
) -> dict[str, Any]:
    """Send a picture, a video, a sticker or an animation."""
    chosen = media or {}
    common: dict[str, Any] = given(
        chat_id=chat_id,
        caption=message,
        message_thread_id=message_thread_id,
        parse_mode=parse_mode(format),
        disable_notification=disable_notification or None,
        protect_content=protect_content or None,
        reply_markup=reply_markup,
    )
    found = chosen.get(media_type)
    if found:
        file = found if isinstance(found, LoadedFile) else await load_file(found, ctx.files)
        data = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in common.items()}
        files = [UploadedFile(media_type, file.filename, file.data)]
        return await ctx.http.exchange("POST", method_url(ctx.auth, METHODS[media_type]), data=data, files=files)
    if not chosen.get(f"{media_type}Id"):
        raise PieceError("Give a file, or the id of one")
    return await call(ctx, METHODS[media_type], {media_type: chosen[f"{media_type}Id"], **common})


@piece.action(name="get_file", display_name="Get File")
async def get_file(
    ctx: ActionContext,
    file_id: Annotated[str, ShortText("File ID", "The trigger shows it in `message.document`, `message.photo` and so on.")],
    download: Annotated[bool, Checkbox("Download File", "Put its content into the output too, as Base64.")] = False,
) -> dict[str, Any]:
    """Fetch a file that somebody sent. `file_url` is a copy of it that later steps can read: Telegram's own address holds the bot's token."""
    info = (await call(ctx, "getFile", {"file_id": file_id}))["body"]["result"]
    path = info.get("file_path")
    if not path:
        return {"file_info": info}
    answer = await ctx.http.request("GET", f"{API}/file/bot{ctx.auth.secret_text}/{path}")
    if answer.status != 200:
        raise PieceError(f"Telegram does not give the file (status {answer.status})")
    output = {"file_info": info, "file_url": await ctx.files.write(path.rsplit("/", 1)[-1], answer.content)}
    return output | {"file_content_base64": base64.b64encode(answer.content).decode()} if download else output
