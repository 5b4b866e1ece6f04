"""The flags (spec/api.md §2): one object of settings and facts for the browser."""

from typing import Any

from piecework import __version__
from piecework.server.kernel.db import Database
from piecework.server.kernel.settings import Settings
from piecework.server.modules.platforms.service import LOGO_URL, PRIMARY_COLOUR, PlatformService
from piecework.server.modules.users.service import UserService
from piecework.spec.piece import WIRE_RELEASE

_COLOURS = {
    "avatar": "#515151",
    "blue-link": "#1890ff",
    "danger": "#f94949",
    "warn": {"default": "#f78a3b", "light": "#fff6e4", "dark": "#cc8805"},
    "success": {"default": "#14ae5c", "light": "#3cad71"},
    "selection": "#8964e7",
}


class FlagService:
    """Collects the flags."""

    def __init__(self, database: Database, settings: Settings, users: UserService, platforms: PlatformService) -> None:
        self._database = database
        self._users = users
        self._platforms = platforms
        self._fixed = _settings_flags(settings) | _NOT_OFFERED

    async def all(self) -> dict[str, Any]:
        """Returns every flag by its id."""
        async with self._database.read() as connection:
            user_created = await self._users.anybody_there(connection)
            platform = await self._platforms.first(connection)
        colour = platform["primaryColor"] if platform else PRIMARY_COLOUR
        logos = {name: platform[name] if platform else LOGO_URL for name in ("fullLogoUrl", "favIconUrl", "logoIconUrl")}
        theme = {
            "websiteName": platform["name"] if platform else "Piecework",
            "colors": {**_COLOURS, "primary": {"default": colour, "dark": colour, "light": f"{colour}1a", "medium": f"{colour}66"}},
            "logos": logos,
        }
        return {**self._fixed, "USER_CREATED": user_created, "THEME": theme}


def _settings_flags(settings: Settings) -> dict[str, Any]:
    url = settings.frontend_url
    return {
        "ENVIRONMENT": settings.environment.value,
        "PIECES_SYNC_MODE": settings.pieces_sync_mode.value,
        "ENABLE_FLOW_ON_PUBLISH": settings.enable_flow_on_publish,
        "EXECUTION_DATA_RETENTION_DAYS": settings.execution_data_retention_days,
        "THIRD_PARTY_AUTH_PROVIDER_REDIRECT_URL": f"{url}/redirect",
        "TELEMETRY_ENABLED": False,
        "PUBLIC_URL": f"{url}/",
        "WEBHOOK_URL_PREFIX": f"{url}/api/v1/webhooks",
        "FLOW_RUN_TIME_SECONDS": settings.flow_timeout_seconds,
        "TRIGGER_TIMEOUT_SECONDS": settings.trigger_timeout_seconds,
        "FLOW_RUN_MEMORY_LIMIT_KB": settings.sandbox_memory_limit * 1024,
        "FLOW_RUN_LOG_SIZE_LIMIT_MB": settings.max_flow_run_log_size_mb,
        "PAUSED_FLOW_TIMEOUT_DAYS": settings.paused_flow_timeout_days,
        "WEBHOOK_TIMEOUT_SECONDS": settings.webhook_timeout_seconds,
        "MAX_RECORDS_PER_TABLE": settings.max_records_per_table,
        "MAX_FIELDS_PER_TABLE": settings.max_fields_per_table,
        "MAX_FILE_SIZE_MB": settings.max_file_size_mb,
        "PROJECT_RATE_LIMITER_ENABLED": settings.project_rate_limiter_enabled,
        "DEFAULT_CONCURRENT_JOBS_LIMIT": settings.default_concurrent_jobs_limit,
        "SUPPORTED_APP_WEBHOOKS": sorted(settings.app_webhook_secrets),
        "CURRENT_VERSION": WIRE_RELEASE,
        "LATEST_VERSION": WIRE_RELEASE,
        "PIECEWORK_VERSION": __version__,
        "EDITION": "ce",
        "EMAIL_AUTH_ENABLED": True,
        "OPEN_SIGN_UP_ENABLED": settings.allow_open_sign_up,
    }


_NOT_OFFERED: dict[str, Any] = {
    "AGENTS_CONFIGURED": False,
    "ALLOWED_EMBED_ORIGINS": [],
    "ALLOW_NPM_PACKAGES_IN_CODE_STEP": False,
    "CAN_BUY_ACTIVE_FLOWS": False,
    "CAN_BUY_AI_CREDITS": False,
    "CLOUD_AUTH_ENABLED": False,
    "FRONTEND_SENTRY_DSN": None,
    "MAX_MCPS_PER_PROJECT": 1,
    "PGVECTOR_AVAILABLE": False,
    "PRIVACY_POLICY_URL": "",
    "PRIVATE_PIECES_ENABLED": False,
    "SAML_AUTH_ACS_URL": "",
    "SHOW_ALERTS": False,
    "SHOW_BADGES": False,
    "SHOW_BILLING_LIMITS_ON_SIDEBAR": False,
    "SHOW_BILLING_PAGE": False,
    "SHOW_CHAT": False,
    "SHOW_COMMUNITY": False,
    "SHOW_POWERED_BY_IN_FORM": False,
    "SHOW_PROJECT_MEMBERS": False,
    "SMTP_CONFIGURED": False,
    "TEMPLATES_CATEGORIES": [],
    "TEMPLATES_PROJECT_ID": None,
    "TERMS_OF_SERVICE_URL": "",
    "THIRD_PARTY_AUTH_PROVIDERS_TO_SHOW_MAP": {},
}
"""What the one edition does not offer, in the wire's words."""
