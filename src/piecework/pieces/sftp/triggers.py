"""New files of a folder."""

import hashlib
from typing import Annotated, Any

from piecework.pieces.sftp.connecting import connected
from piecework.pieces.sftp.piece import piece
from piecework.pieces.sftp.remote import checked
from piecework.sdk import ById, Checkbox, CustomAuthValue, ShortText, TriggerContext

NEWEST = 5000
"""How many files of a folder are watched: as many as a poll can remember."""


def state(file: dict[str, Any]) -> str:
    """Tells a file from others and from what it was before: times alone do not, since servers count them in whole seconds."""
    return hashlib.sha256(f"{file['path']}\n{file['modifyTime']}\n{file['size']}".encode()).hexdigest()[:16]


@piece.poll(name="new_file", display_name="New File", dedupe=ById(state))
async def new_file(
    ctx: TriggerContext[CustomAuthValue],
    path: Annotated[str, ShortText("Path", "The folder to watch; not what is in its folders.", required=True)] = "./",
    ignoreHiddenFiles: Annotated[bool, Checkbox("Ignore hidden files", "Those whose names begin with a point.")] = False,
) -> list[dict[str, Any]]:
    """Starts for each file that is new in a folder, and for each that has changed. In a folder of more than 5,000 files the newest are watched."""
    async with connected(ctx.network, ctx.auth) as remote:
        found = await remote.listed(checked(path))
    files = [
        {**entry, "path": f"{path.rstrip('/')}/{entry['name']}"}
        for entry in found
        if entry["type"] != "d" and not (ignoreHiddenFiles and entry["name"].startswith("."))
    ]
    return sorted(files, key=lambda file: (str(file["modifyTime"] or ""), file["name"]), reverse=True)[:NEWEST]
