"""What can be done with connections: by people, and by the steps that use them. The files of this package are its parts."""

from piecework.server.modules.connections.service.claiming import Claims
from piecework.server.modules.connections.service.connections import ConnectionService, require_project_scope, wire_connection
from piecework.server.modules.connections.service.credentials import Credentials
from piecework.server.modules.connections.service.oauth_apps import OAuthAppService
from piecework.server.modules.connections.service.renewal import Renewal
from piecework.server.modules.connections.service.replacing import ConnectionReplacer

__all__ = [
    "Claims",
    "ConnectionReplacer",
    "ConnectionService",
    "Credentials",
    "OAuthAppService",
    "Renewal",
    "require_project_scope",
    "wire_connection",
]
