"""New and changed files."""

from datetime import datetime
from typing import Annotated, Any

from piecework.pieces.amazon_s3.bucket import MAX_FILES, Bucket
from piecework.pieces.amazon_s3.piece import piece
from piecework.sdk import ById, CustomAuthValue, Markdown, ShortText, TriggerContext


@piece.poll(
    name="new_file", display_name="New or Updated File", dedupe=ById(lambda one: f"{one['Key']}|{one['ETag']}|{one['LastModified']}")
)
async def new_file(
    ctx: TriggerContext[CustomAuthValue],
    markdown: Annotated[None, Markdown(None, f"The folder must not hold more than {MAX_FILES} files.")] = None,
    folderPath: Annotated[str | None, ShortText("Folder Path", "Only files whose key begins with this; all when empty.")] = None,
) -> list[dict[str, Any]]:
    """Starts for each file that is new in the bucket or has changed."""
    found, _ = await Bucket(ctx.http, ctx.auth, ctx.now).files(folderPath or "", MAX_FILES)
    listed = [{**one, "Size": int(one["Size"])} for one in found]
    return sorted(listed, key=lambda one: datetime.fromisoformat(str(one["LastModified"])), reverse=True)[:REMEMBERED]


REMEMBERED = 4000
"""The newest ones are looked at: fewer than the platform remembers, so that none is taken for new twice."""
