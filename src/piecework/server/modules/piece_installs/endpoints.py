"""Routes under /pieces that install and remove. For platform administrators."""

from typing import Annotated, Any

from fastapi import Path, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from piecework.server.kernel.http import CallerOf, Provided, Routes, no_content, reply
from piecework.server.kernel.ids import ID_PATTERN
from piecework.server.modules.piece_installs.schemas import AddPiece, Installations
from piecework.server.modules.piece_installs.service import PieceInstallService
from piecework.server.modules.pieces.schemas import PieceMetadata
from piecework.server.modules.pieces.service import PieceService

routes = Routes("pieces", "/pieces")
Installs = Annotated[PieceInstallService, Provided(PieceInstallService)]
Pieces = Annotated[PieceService, Provided(PieceService)]

PieceId = Annotated[str, Path(alias="name", pattern=ID_PATTERN, description="For DELETE the piece's id, which means one version of it.")]
"""A path that others write with a name has the same parameter (``api/methods.py``)."""

_SCHEMA = AddPiece.model_json_schema(by_alias=True)
_WITH_FILE = {**_SCHEMA, "properties": {**_SCHEMA["properties"], "pieceArchive": {"type": "string", "format": "binary"}}}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _SCHEMA}, "multipart/form-data": {"schema": _WITH_FILE}},
    }
}


@routes.post("", status_code=201, response_model=PieceMetadata, summary="Install a piece from npm", openapi_extra=_BODY)
async def add_piece(caller: CallerOf, installs: Installs, pieces: Pieces, request: Request) -> Response:
    """Installs an exact version from the registry, or the package that is uploaded, and returns the piece.

    Flows that name it work from then on. A failure is written down with its reason.
    """
    wanted, archive = await _read(request)
    admin = await caller.admin()
    await installs.install(wanted, archive, admin.platform_id)
    return reply(pieces.get(wanted.piece_name, wanted.piece_version), 201)


@routes.get("/installations", response_model=Installations, summary="List what is installed from npm")
async def list_installations(caller: CallerOf, installs: Installs) -> Response:
    """Returns every installed version, and the versions that could not be installed with the reason."""
    await caller.admin()
    return reply(installs.installations())


@routes.post("/sync", status_code=204, response_class=Response, summary="Synchronise pieces")
async def sync_pieces(caller: CallerOf, installs: Installs) -> Response:
    """Takes up what the command line has installed or removed beside the server."""
    await caller.admin()
    installs.synchronise()
    return no_content()


@routes.delete("/{name}", status_code=204, response_class=Response, summary="Remove a piece that came from npm")
async def remove_piece(caller: CallerOf, installs: Installs, piece_id: PieceId) -> Response:
    """Removes one version. Flows that use it say that they need it until it is installed again."""
    await caller.admin()
    await installs.uninstall(piece_id)
    return no_content()


async def _read(request: Request) -> tuple[AddPiece, bytes | None]:
    """The request and the archive, from JSON or from a form. Raises RequestValidationError."""
    archive: bytes | None = None
    fields: Any
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=1) as form:
            upload = form.get("pieceArchive")
            archive = await upload.read() if isinstance(upload, UploadFile) else None
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
    else:
        try:
            fields = await request.json()
        except ValueError as error:
            raise RequestValidationError([{"type": "json_invalid", "loc": ("body",), "msg": str(error), "input": {}}]) from None
    try:
        return AddPiece.model_validate(fields), archive
    except ValidationError as error:
        raise RequestValidationError([{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors()]) from None
