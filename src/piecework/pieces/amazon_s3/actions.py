"""What is done with the files of a bucket."""

import mimetypes
from typing import Annotated, Any

from piecework.pieces.amazon_s3.bucket import Bucket, parsed
from piecework.pieces.amazon_s3.piece import piece
from piecework.sdk import ActionContext, CustomAuthValue, File, LoadedFile, Number, PieceError, ShortText, StaticDropdown

Context = ActionContext[CustomAuthValue]
Key = Annotated[str, ShortText("Key", "The file's name in the bucket, with its folders.")]
ACLS = (
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
)
WEEK_IN_MINUTES = 7 * 24 * 60


@piece.action(name="upload-file", display_name="Upload File")
async def upload_file(
    ctx: Context,
    file: Annotated[LoadedFile, File("File", "The file to upload.")],
    fileName: Annotated[str | None, ShortText("File Name", "Its name in the bucket, with folders; made up when empty.")] = None,
    acl: Annotated[str | None, StaticDropdown("ACL", "Who may read it.", options={name: name for name in ACLS})] = None,
    type: Annotated[str | None, ShortText("Content Type", "Such as image/png; by the file's name when empty.")] = None,
) -> dict[str, str]:
    """Put a file into the bucket, in place of one that has its name."""
    kind = type or mimetypes.guess_type(f"x.{file.extension}" if file.extension else file.filename)[0] or "application/octet-stream"
    extension = (mimetypes.guess_extension(kind) if type else f".{file.extension}" if file.extension else "") or ""
    key = fileName or f"{ctx.idempotency_key.replace(':', '-')}{extension}"
    if not key.endswith(extension):
        key += extension
    headers = {"content-type": kind, **({"x-amz-acl": acl} if acl else {})}
    answer = await bucket(ctx).call("PUT", key, headers=headers, body=file.data)
    return {"fileName": key, "etag": answer.headers.get("etag", "")}


@piece.action(name="read-file", display_name="Read File")
async def read_file(ctx: Context, key: Key) -> str:
    """Fetch a file. The output is a URL for later steps."""
    answer = await bucket(ctx).call("GET", named(key))
    return await ctx.files.write(key.rpartition("/")[2] or key, answer.content)


@piece.action(name="generate-signed-url", display_name="Generate signed URL", pure=True)
def generate_signed_url(
    ctx: Context,
    key: Key,
    expiresIn: Annotated[int, Number("Expires In (minutes)", "At most a week.", minimum=1, maximum=WEEK_IN_MINUTES, required=True)] = 10,
) -> str:
    """Make a URL with which anybody can fetch a file for a while."""
    return bucket(ctx).signed_url(named(key), expiresIn * 60)


@piece.action(name="moveFile", display_name="Move File")
async def move_file(
    ctx: Context,
    fileKey: Annotated[str, ShortText("File Path", "The file's key.")],
    folderKey: Annotated[str, ShortText("Destination Folder", "The folder to put it into.")],
) -> dict[str, Any]:
    """Move a file into another folder of the bucket."""
    source, target = named(fileKey), f"{folderKey.rstrip('/')}/{fileKey.rpartition('/')[2]}"
    if source == target:
        raise PieceError("folderKey: the file is there already")
    files = bucket(ctx)
    url = files.url(source)
    answer = await files.call("PUT", target, headers={"x-amz-copy-source": url[url.index("/", url.index("://") + 3) :]})
    result = parsed(answer.content)  # S3 may answer 200 and an error, once copying takes long
    if result.tag.endswith("Error"):
        raise PieceError(f"The service says: {result.findtext('{*}Message') or result.findtext('Message')}")
    await files.call("DELETE", source)
    return {"key": target, "CopyObjectResult": {part.tag.rpartition("}")[2]: part.text for part in result}}


@piece.action(name="deleteFile", display_name="Delete File")
async def delete_file(ctx: Context, key: Key) -> dict[str, Any]:
    """Delete a file. One that is not there counts as deleted."""
    await bucket(ctx).call("DELETE", named(key))
    return {"key": key}


@piece.action(name="list-files", display_name="List Files", pure=True)
async def list_files(
    ctx: Context,
    prefix: Annotated[str | None, ShortText("Folder Path (Optional)", "What the keys begin with, such as invoices/.")] = None,
    maxKeys: Annotated[int, Number("Maximum Files", "From 1 to 1000.", minimum=1, maximum=1000, required=False)] = 1000,
) -> dict[str, Any]:
    """List files, the newest first."""
    found, more = await bucket(ctx).files(prefix or "", maxKeys or 1000)
    listed = [
        {
            "key": one["Key"],
            "size": int(one["Size"]),
            "lastModified": one["LastModified"],
            "etag": one["ETag"],
            "storageClass": one.get("StorageClass"),
        }
        for one in found
    ]
    return {"files": sorted(listed, key=lambda one: str(one["lastModified"]), reverse=True), "isTruncated": more}


def bucket(ctx: Context) -> Bucket:
    return Bucket(ctx.http, ctx.auth, ctx.now)


def named(key: str) -> str:
    """Refuses an empty key, which would mean the bucket itself, and parts that clients resolve as folders."""
    if not key or any(part in (".", "..") for part in key.split("/")):
        raise PieceError(f"key: {key!r} is not the key of a file")
    return key
