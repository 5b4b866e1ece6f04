"""What can be asked about pieces."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

import orjson

from piecework.runner.catalogue import Catalogue
from piecework.runner.errors import error_message
from piecework.runner.npm import NpmPiece
from piecework.runner.steps import Services
from piecework.runner.triggers import TriggerFacts, trigger_context
from piecework.sdk import Action, ActionContext, Piece, Trigger, TriggerContext, auth_value
from piecework.sdk.errors import UnknownProperty
from piecework.sdk.services import Server
from piecework.server.kernel.errors import ApError, ErrorCode
from piecework.server.kernel.ids import ID_LENGTH
from piecework.server.modules.pieces.form_values import FormValues
from piecework.server.modules.pieces.schemas import OptionsRequest, PieceQuery
from piecework.spec.piece import PieceCategory

ServicesOf = Callable[[str, str, str], Services]
"""What pieces may use: by project id, flow id and the prefix of their store's keys."""

FilterOf = Callable[[str], Awaitable[Mapping[str, Any] | None]]
"""The platform of a project, as far as it says which pieces its people see; None if there is no such project."""

_PUBLISHED = "2026-01-01T00:00:00.000Z"
"""Native pieces come with the program and have no date of their own."""
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class PieceService:
    """Answers from the catalogue. The metadata of a piece is written as JSON when somebody first asks for it, and kept."""

    def __init__(self, catalogue: Catalogue, services_of: ServicesOf, server: Server, form_values: FormValues, filter_of: FilterOf) -> None:
        self._catalogue = catalogue
        self._services_of = services_of
        self._server = server
        self._form_values = form_values
        self._filter_of = filter_of
        self._metadata: dict[tuple[str, str], orjson.Fragment] = {}
        catalogue.on_changed.append(self._metadata.clear)

    async def summaries(self, query: PieceQuery) -> list[dict[str, Any]]:
        """Returns summaries of the pieces that fit; for a project without those that its platform hides, unless they are asked for.

        Raises PIECE_SYNC_NOT_SUPPORTED when a release is asked for.
        """
        if query.release is not None:
            raise ApError(ErrorCode.PIECE_SYNC_NOT_SUPPORTED, {"message": "Pieces come with the installation and are not synchronised"})
        platform = None if query.project_id is None or query.include_hidden else await self._filter_of(query.project_id)
        pieces = [piece for piece in self._catalogue.all() if _in_categories(piece, query.categories) and not _is_hidden(piece, platform)]
        summaries = [summary for piece in pieces if (summary := _found(piece, query)) is not None]
        if query.order_by == "DESC":
            summaries.reverse()
        return summaries

    def categories(self) -> list[str]:
        """Returns every category that a piece can have."""
        return [category.value for category in PieceCategory]

    def registry(self) -> list[dict[str, str]]:
        """Returns names and versions of all pieces."""
        pieces = {(piece.name, piece.version) for piece in [*self._catalogue.all(), *self._catalogue.from_npm()]}
        return [{"name": name, "version": version} for name, version in sorted(pieces)]

    def get(self, name: str, version: str | None) -> orjson.Fragment:
        """Returns a piece's metadata as JSON. Raises ENTITY_NOT_FOUND for a piece or version that is not installed."""
        piece = self._piece(name, version)
        key = piece.name, piece.version
        if key not in self._metadata:
            self._metadata[key] = orjson.Fragment(orjson.dumps(piece.describe() | identity(piece)))
        return self._metadata[key]

    def versions(self, name: str) -> dict[str, dict[str, Any]]:
        """Returns the versions of a piece that are installed, the newest first; of a native one the newest of the line that it serves."""
        self._piece(name, None)
        return {piece.version: {} for piece in self._catalogue.versions(name)}

    async def options(self, request: OptionsRequest) -> dict[str, Any]:
        """Returns the choices of a dropdown, or the fields of a dynamic property, as the piece computes them from the form.

        Expressions in the form stand for the steps' samples.
        Raises ENTITY_NOT_FOUND for what the piece does not have, ENGINE_OPERATION_FAILURE when computing fails.
        """
        piece = self._catalogue.for_step(request.piece_name, request.piece_version, request.action_or_trigger_name)
        piece = piece or self._piece(request.piece_name, request.piece_version)
        operation = piece.actions.get(request.action_or_trigger_name) or piece.triggers.get(request.action_or_trigger_name)
        if operation is None:
            raise _not_there("piece_action", request.action_or_trigger_name, f"{piece.name} has no such action or trigger")
        services = self._services_of(request.project_id, request.flow_id, "")
        secrets = services.secrets
        try:
            form_input = await self._form_values.resolved(request, services)
            context = self._context(operation, request, services, auth_value(form_input.get("auth")))
            name, prop = request.action_or_trigger_name, request.property_name
            return secrets.scrub(await piece.options(name, prop, context, form_input, request.search_value))
        except UnknownProperty as error:
            raise _not_there("piece_property", request.property_name, str(error)) from error
        except ApError:
            raise
        except Exception as error:
            message = secrets.scrub_text(error_message(error))
            raise ApError(ErrorCode.ENGINE_OPERATION_FAILURE, {"message": message}) from None  # the cause may quote a secret

    def _piece(self, name: str, version: str | None) -> Piece:
        piece = self._catalogue.get(name, version)
        if piece is None:
            raise ApError(ErrorCode.ENTITY_NOT_FOUND, {"message": f"piece_metadata_not_found pieceName={name}"})
        return piece

    def _context(
        self, operation: Action | Trigger, request: OptionsRequest, services: Services, auth: Any
    ) -> ActionContext | TriggerContext:
        if not isinstance(operation, Action):
            whose = TriggerFacts(request.project_id, request.flow_id, request.flow_version_id, self._server, request.piece_name)
            return trigger_context(whose, services, auth)
        return ActionContext(
            store=services.store,
            files=services.files,
            http=services.http,
            connections=services.connections,
            flows=services.flows,
            auth=auth,
            flow_id=request.flow_id,
            flow_version_id=request.flow_version_id,
            project_id=request.project_id,
            server=self._server,
        )


def _not_there(entity_type: str, entity_id: str, message: str) -> ApError:
    return ApError(ErrorCode.ENTITY_NOT_FOUND, {"entityType": entity_type, "entityId": entity_id, "message": message})


def identity(piece: Piece) -> dict[str, Any]:
    """What the server adds to a piece. The id is made from name and version, so that it is the same on every start."""
    number = int.from_bytes(sha256(f"{piece.name}@{piece.version}".encode()).digest())
    characters = (_ALPHABET[number // len(_ALPHABET) ** place % len(_ALPHABET)] for place in range(ID_LENGTH))
    is_npm = isinstance(piece, NpmPiece)
    created = piece.installed.created if is_npm else _PUBLISHED
    origin = {"origin": "NPM"} if is_npm else {}  # native pieces have the wire's fields alone
    return {"id": "".join(characters), "projectUsage": 0, "created": created, "updated": created, **origin}


def _is_hidden(piece: Piece, platform: Mapping[str, Any] | None) -> bool:
    """Whether the platform's people do not see the piece when they look for one; flows that use it run on."""
    if platform is None:
        return False
    is_named = piece.name in platform["filteredPieceNames"]
    return is_named if platform["filteredPieceBehavior"] == "BLOCKED" else not is_named


def _in_categories(piece: Piece, wanted: Iterable[str] | None) -> bool:
    return wanted is None or not {category.value for category in piece.categories}.isdisjoint(wanted)


def _found(piece: Piece, query: PieceQuery) -> dict[str, Any] | None:
    """A piece's summary with its suggestions, None when the search does not mean it."""
    summary = piece.summary() | identity(piece)
    words = (query.search_query or "").lower().split()
    if query.suggestion_type is None:
        return summary if _mentions(words, piece.name, piece.display_name, piece.description) else None
    actions = _suggested(piece.actions.values(), words) if query.suggestion_type != "TRIGGER" else []
    triggers = _suggested(piece.triggers.values(), words) if query.suggestion_type != "ACTION" else []
    if not actions and not triggers and not _mentions(words, piece.name, piece.display_name, piece.description):
        return None
    return summary | {"suggestedActions": actions, "suggestedTriggers": triggers}


def _suggested(operations: Iterable[Action | Trigger], words: list[str]) -> list[dict[str, Any]]:
    return [
        {"name": each.name, "displayName": each.display_name, "description": each.description}
        for each in operations
        if _mentions(words, each.name, each.display_name, each.description)
    ]


def _mentions(words: list[str], *texts: str) -> bool:
    text = " ".join(texts).lower()
    return all(word in text for word in words)
