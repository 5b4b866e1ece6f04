"""Routes under /pieces. Reading is for everybody, as on the wire."""

from typing import Annotated

from fastapi import Path, Query, Response

from piecework.server.kernel.http import CallerOf, Provided, Routes, reply
from piecework.server.modules.pieces.schemas import (
    Options,
    OptionsRequest,
    PieceMetadata,
    PieceQuery,
    PieceSummary,
    RegisteredPiece,
    VersionQuery,
)
from piecework.server.modules.pieces.service import PieceService

routes = Routes("pieces", "/pieces")
Pieces = Annotated[PieceService, Provided(PieceService)]
Version = Annotated[VersionQuery, Query()]
Scope = Annotated[str, Path(description="The part before the slash: `@activepieces`.")]
PieceName = Annotated[str, Path(description="`piece-http` behind a scope, or a whole name without one.")]


@routes.get("", response_model=list[PieceSummary], summary="List pieces")
async def list_pieces(pieces: Pieces, query: Annotated[PieceQuery, Query()]) -> Response:
    """Returns summaries of the installed pieces by name."""
    return reply(await pieces.summaries(query))


@routes.get("/categories", response_model=list[str], summary="List the categories of pieces")
async def list_categories(pieces: Pieces) -> Response:
    """Returns every category that a piece can have."""
    return reply(pieces.categories())


@routes.get("/registry", response_model=list[RegisteredPiece], summary="List names and versions")
async def list_registry(pieces: Pieces) -> Response:
    """Returns names and versions of the installed pieces."""
    return reply(pieces.registry())


@routes.post("/options", response_model=Options, summary="Compute a form field")
async def compute_options(caller: CallerOf, pieces: Pieces, request: OptionsRequest) -> Response:
    """Returns the choices of a dropdown or the fields of a dynamic property."""
    await caller.enter(request.project_id)
    return reply(await pieces.options(request))


@routes.get("/{name}", response_model=PieceMetadata, summary="Get a piece without a scope")
async def get_piece(pieces: Pieces, name: PieceName, query: Version) -> Response:
    """Returns a piece with the forms of its actions and triggers."""
    return reply(pieces.get(name, query.version))


@routes.get("/{scope}/{name}", response_model=PieceMetadata, summary="Get a piece")
async def get_scoped_piece(pieces: Pieces, scope: Scope, name: PieceName, query: Version) -> Response:
    """Returns a piece with the forms of its actions and triggers."""
    if name == "versions" and not scope.startswith("@"):
        return reply(pieces.versions(scope))
    return reply(pieces.get(f"{scope}/{name}", query.version))


@routes.get("/{scope}/{name}/versions", response_model=dict[str, dict[str, str]], summary="List a piece's versions")
async def list_versions(pieces: Pieces, scope: Scope, name: PieceName) -> Response:
    """Returns the versions of a piece that are installed, each as a key."""
    return reply(pieces.versions(f"{scope}/{name}"))
