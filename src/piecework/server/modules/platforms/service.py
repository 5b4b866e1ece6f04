"""What can be done with platforms."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row
from piecework.server.kernel.errors import entity_not_found
from piecework.server.modules.platforms import _repository
from piecework.server.modules.platforms.schemas import Platform, UpdatePlatform

LOGO_URL = "/favicon.svg"
PRIMARY_COLOUR = "#6e41e2"

_PLAN = {
    "includedAiCredits": 0,
    "tablesEnabled": True,
    "eventStreamingEnabled": False,
    "aiCreditsAutoTopUpState": "disabled",
    "environmentsEnabled": False,
    "analyticsEnabled": True,
    "showPoweredBy": False,
    "auditLogEnabled": False,
    "embeddingEnabled": False,
    "agentsEnabled": False,
    "aiProvidersEnabled": False,
    "chatEnabled": False,
    "managePiecesEnabled": False,
    "manageTemplatesEnabled": False,
    "customAppearanceEnabled": False,
    "teamProjectsLimit": "UNLIMITED",
    "projectRolesEnabled": False,
    "customDomainsEnabled": False,
    "globalConnectionsEnabled": False,
    "customRolesEnabled": False,
    "apiKeysEnabled": False,
    "ssoEnabled": False,
    "secretManagersEnabled": False,
    "scimEnabled": False,
    "stripeSubscriptionStartDate": 0,
    "stripeSubscriptionEndDate": 0,
    "dedicatedWorkers": None,
    "canary": False,
}
"""What the one edition offers, in the wire's words."""

_NOT_OFFERED = {
    "ssoDomain": None,
    "ssoDomainVerification": None,
    "federatedAuthProviders": {"google": None, "github": None, "saml": None},
    "plan": _PLAN,
}


class PlatformService:
    """Reads and changes platforms. Methods that take a connection are parts of a larger transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, connection: AsyncConnection, owner_id: str, name: str) -> Row:
        """Adds a platform with the default look and returns it."""
        values = {
            "ownerId": owner_id,
            "name": name,
            "primaryColor": PRIMARY_COLOUR,
            "logoIconUrl": LOGO_URL,
            "fullLogoUrl": LOGO_URL,
            "favIconUrl": LOGO_URL,
            "filteredPieceNames": [],
            "filteredPieceBehavior": "BLOCKED",
            "cloudAuthEnabled": False,
            "emailAuthEnabled": True,
            "enforceAllowedAuthDomains": False,
            "allowedAuthDomains": [],
            "pinnedPieces": [],
        }
        return await _repository.insert_platform(connection, values)

    async def first(self, connection: AsyncConnection) -> Row | None:
        """Returns the platform that people without an invitation sign up to: the oldest."""
        return await _repository.find_platform(connection)

    async def get(self, platform_id: str) -> Platform:
        """Returns a platform."""
        async with self._database.read() as connection:
            return await self._get(connection, platform_id)

    async def update(self, platform_id: str, changes: UpdatePlatform) -> Platform:
        """Changes a platform and returns it."""
        values = changes.model_dump(by_alias=True, exclude_none=True)
        async with self._database.transaction() as connection:
            await self._get(connection, platform_id)
            if values:
                await _repository.update_platform(connection, platform_id, values)
            return await self._get(connection, platform_id)

    async def _get(self, connection: AsyncConnection, platform_id: str) -> Platform:
        row = await _repository.find_platform(connection, platform_id)
        if row is None:
            raise entity_not_found("platform", platform_id)
        found: Any = {**row, **_NOT_OFFERED}
        return found
