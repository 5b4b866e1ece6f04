"""Routes under /files."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Response

from piecework.server.kernel.http import EntityId, Provided, Routes
from piecework.server.modules.files.schemas import FileQuery, FileType, StoredFile
from piecework.server.modules.files.service import FileService

routes = Routes("files", "/files")
Files = Annotated[FileService, Provided(FileService)]

_SHOWN_IN_THE_BROWSER = frozenset(
    ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "audio/mpeg", "audio/ogg", "audio/wav", "video/mp4", "video/webm")
)
"""Media types that cannot carry a script; everything else is downloaded."""
_JSON_TYPES = (FileType.FLOW_RUN_LOG, FileType.FLOW_RUN_LOG_SLICE, FileType.SAMPLE_DATA, FileType.SAMPLE_DATA_INPUT)


@routes.get(
    "/{id}",
    summary="Download a file",
    response_class=Response,
    responses={200: {"description": "The file's contents.", "content": {"application/octet-stream": {}}}},
)
async def download_file(files: Files, file_id: EntityId, query: Annotated[FileQuery, Query()]) -> Response:
    """Returns the contents of a file to whoever has its link, or to an engine of its project."""
    file = await files.read_with_token(file_id, query.token)
    safe = file.media_type in _SHOWN_IN_THE_BROWSER
    headers = {
        "content-disposition": disposition("inline" if safe else "attachment", _name(file)),
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, max-age=3600",
    }
    return Response(file.data, media_type=file.media_type if safe else "application/octet-stream", headers=headers)


def disposition(kind: str, file_name: str) -> str:
    """Returns a Content-Disposition header: the name as ASCII, and exactly when it is more than that (RFC 6266)."""
    plain = "".join(character if " " <= character <= "~" and character not in '"\\' else "?" for character in file_name)
    exact = "" if plain == file_name else f"; filename*=UTF-8''{quote(file_name, safe='', errors='replace')}"
    return f'{kind}; filename="{plain}"{exact}'


def _name(file: StoredFile) -> str:
    return file.file_name or f"{file.id}.{'json' if file.type in _JSON_TYPES else 'bin'}"
