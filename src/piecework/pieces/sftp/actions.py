"""What is done with files and folders."""

from typing import Annotated, Any

from piecework.pieces.sftp.connecting import connected
from piecework.pieces.sftp.piece import piece
from piecework.pieces.sftp.remote import checked
from piecework.sdk import ActionContext, Checkbox, CustomAuthValue, File, LoadedFile, LongText, Markdown, ShortText

Context = ActionContext[CustomAuthValue]
DONE = {"status": "success"}
FilePath = Annotated[str, ShortText("File Path", "Such as `./myfolder/test.mp3`.")]
FolderPath = Annotated[str, ShortText("Folder Path", "Such as `./myfolder`.")]


@piece.action(name="create_file", display_name="Create File from Text")
async def create_file(
    ctx: Context, fileName: FilePath, fileContent: Annotated[str, LongText("File content", "What to write, in UTF-8.")]
) -> dict[str, str]:
    """Write a text into a file; one that is there is replaced. Folders on the way to it are made."""
    async with connected(ctx.network, ctx.auth) as remote:
        await remote.write(checked(fileName), fileContent.encode())
    return DONE


@piece.action(name="upload_file", display_name="Upload File")
async def upload_file(
    ctx: Context, fileName: FilePath, fileContent: Annotated[LoadedFile, File("File content", "The file to send.")]
) -> dict[str, str]:
    """Send a file; one that is there is replaced. Folders on the way to it are made."""
    async with connected(ctx.network, ctx.auth) as remote:
        await remote.write(checked(fileName), fileContent.data)
    return DONE


@piece.action(name="read_file_content", display_name="Read File Content")
async def read_file(ctx: Context, filePath: FilePath) -> dict[str, str]:
    """Fetch a file. The output has its URL."""
    async with connected(ctx.network, ctx.auth) as remote:
        content = await remote.read(checked(filePath), ctx.files.max_bytes)
    return {"file": await ctx.files.write(filePath.rpartition("/")[2], content)}


@piece.action(name="deleteFile", display_name="Delete file")
async def delete_file(ctx: Context, filePath: FilePath) -> dict[str, str]:
    """Delete a file."""
    async with connected(ctx.network, ctx.auth) as remote:
        await remote.delete(checked(filePath))
    return DONE


@piece.action(name="createFolder", display_name="Create Folder")
async def create_folder(
    ctx: Context,
    folderPath: FolderPath,
    recursive: Annotated[
        bool, Checkbox("Recursive", "Make the folders on the way to it, too; one that is there is no error then.")
    ] = False,
) -> dict[str, str]:
    """Make a folder."""
    async with connected(ctx.network, ctx.auth) as remote:
        await remote.make_folder(checked(folderPath), recursive)
    return DONE


@piece.action(name="deleteFolder", display_name="Delete Folder")
async def delete_folder(
    ctx: Context,
    folderPath: FolderPath,
    recursive: Annotated[bool, Checkbox("Recursive", "Delete it with all that is in it. Otherwise it must be empty.")] = False,
) -> dict[str, str]:
    """Delete a folder."""
    async with connected(ctx.network, ctx.auth) as remote:
        await remote.delete_folder(checked(folderPath), recursive)
    return DONE


@piece.action(name="listFolderContents", display_name="List Folder Contents")
async def list_folder(ctx: Context, directoryPath: Annotated[str, ShortText("Directory Path", "Such as `./myfolder`.")]) -> dict[str, Any]:
    """List the files and folders of a folder, with their sizes and times."""
    async with connected(ctx.network, ctx.auth) as remote:
        return {**DONE, "contents": await remote.listed(checked(directoryPath))}


@piece.action(name="renameFileOrFolder", display_name="Rename File or Folder")
async def rename(
    ctx: Context,
    *,
    information: Annotated[None, Markdown(None, "Most servers also move a file in this way, into a folder that exists.")] = None,
    oldPath: Annotated[str, ShortText("Old Path", "Such as `./myfolder/test.mp3`.")],
    newPath: Annotated[str, ShortText("New Path", "Such as `./myfolder/new-name.mp3`.")],
) -> dict[str, str]:
    """Give a file or folder another name."""
    async with connected(ctx.network, ctx.auth) as remote:
        await remote.rename(checked(oldPath), checked(newPath))
    return DONE
