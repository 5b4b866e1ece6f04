"""What can be wrong with a connection."""

from collections.abc import Sequence
from typing import Any

from piecework.sdk.errors import PropertyProblem
from piecework.server.kernel.errors import ApError, ErrorCode
from piecework.server.modules.flows.schemas import FlowUse


def invalid_connection(error: str, problems: Sequence[PropertyProblem] = ()) -> ApError:
    """The 400 for a connection that does not fit its piece, or that the service does not accept; `problems` names each field."""
    params: dict[str, Any] = {"error": error}
    if problems:
        params["problems"] = [{"field": f"value.{problem.property}", "message": problem.message} for problem in problems]
    return ApError(ErrorCode.INVALID_APP_CONNECTION, params)


def invalid_claim(token_url: str, client_id: str, redirect_url: str, message: str) -> ApError:
    """The 400 for a service that gives no token for this code and client."""
    params = {"redirectUrl": redirect_url, "tokenUrl": token_url, "clientId": client_id, "message": message}
    return ApError(ErrorCode.INVALID_CLAIM, params)


def no_vendor_application(piece_name: str) -> ApError:
    """The 400 for CLOUD_OAUTH2: the vendor's OAuth applications belong to the vendor's cloud."""
    message = (
        "There are no applications of the vendor's cloud here: use OAUTH2 with your own, or let an administrator add one (PLATFORM_OAUTH2)"
    )
    return ApError(ErrorCode.INVALID_CLOUD_CLAIM, {"pieceName": piece_name, "message": message})


def still_used(uses: Sequence[FlowUse]) -> ApError:
    """The 409 for a connection that shall only go when nobody needs it; `flows` names those who do."""
    names = ", ".join(use["displayName"] for use in uses)
    return ApError(ErrorCode.VALIDATION, {"message": f"The connection is used by {names}", "flows": list(uses)})


def external_id_taken(external_id: str) -> ApError:
    """The 409 for a global connection whose external id means another connection in one of its projects."""
    return ApError(ErrorCode.VALIDATION, {"message": f"externalId: one of the projects has another connection {external_id!r}"})
