"""Piece metadata as it travels: property types, trigger strategies, categories (spec/model.md, recordings/pieces/)."""

from enum import StrEnum

WIRE_RELEASE = "0.83.0"
"""The release of Activepieces whose wire this platform speaks; a piece may need a newer one."""


class PropertyType(StrEnum):
    """What a form field asks for. The last six only appear as a piece's auth."""

    SHORT_TEXT = "SHORT_TEXT"
    LONG_TEXT = "LONG_TEXT"
    RICH_TEXT = "RICH_TEXT"
    MARKDOWN = "MARKDOWN"
    DROPDOWN = "DROPDOWN"
    STATIC_DROPDOWN = "STATIC_DROPDOWN"
    MULTI_SELECT_DROPDOWN = "MULTI_SELECT_DROPDOWN"
    STATIC_MULTI_SELECT_DROPDOWN = "STATIC_MULTI_SELECT_DROPDOWN"
    NUMBER = "NUMBER"
    CHECKBOX = "CHECKBOX"
    ARRAY = "ARRAY"
    OBJECT = "OBJECT"
    JSON = "JSON"
    DYNAMIC = "DYNAMIC"
    DATE_TIME = "DATE_TIME"
    DATE_RANGE = "DATE_RANGE"
    FILE = "FILE"
    CUSTOM = "CUSTOM"
    COLOR = "COLOR"
    OAUTH2 = "OAUTH2"
    SECRET_TEXT = "SECRET_TEXT"  # noqa: S105 - the name of a type
    BASIC_AUTH = "BASIC_AUTH"
    CUSTOM_AUTH = "CUSTOM_AUTH"
    OIDC = "OIDC"


class TriggerStrategy(StrEnum):
    """How a trigger learns that something happened. A schedule travels as POLLING."""

    POLLING = "POLLING"
    WEBHOOK = "WEBHOOK"
    APP_WEBHOOK = "APP_WEBHOOK"
    MANUAL = "MANUAL"


class TriggerTestStrategy(StrEnum):
    """SIMULATION waits for a real event; TEST_FUNCTION asks the piece for one."""

    SIMULATION = "SIMULATION"
    TEST_FUNCTION = "TEST_FUNCTION"


class HandshakeStrategy(StrEnum):
    """How a webhook sender proves, before the first event, that the URL is meant."""

    NONE = "NONE"
    HEADER_PRESENT = "HEADER_PRESENT"
    QUERY_PRESENT = "QUERY_PRESENT"
    BODY_PARAM_PRESENT = "BODY_PARAM_PRESENT"
    HEAD_REQUEST = "HEAD_REQUEST"


class WebhookRenewStrategy(StrEnum):
    """Whether a webhook's subscription has to be renewed, and by what."""

    NONE = "NONE"
    CRON = "CRON"


class PieceCategory(StrEnum):
    """Where the catalogue shows a piece."""

    ARTIFICIAL_INTELLIGENCE = "ARTIFICIAL_INTELLIGENCE"
    COMMUNICATION = "COMMUNICATION"
    COMMERCE = "COMMERCE"
    CORE = "CORE"
    UNIVERSAL_AI = "UNIVERSAL_AI"
    FLOW_CONTROL = "FLOW_CONTROL"
    BUSINESS_INTELLIGENCE = "BUSINESS_INTELLIGENCE"
    ACCOUNTING = "ACCOUNTING"
    PRODUCTIVITY = "PRODUCTIVITY"
    CONTENT_AND_FILES = "CONTENT_AND_FILES"
    DEVELOPER_TOOLS = "DEVELOPER_TOOLS"
    CUSTOMER_SUPPORT = "CUSTOMER_SUPPORT"
    FORMS_AND_SURVEYS = "FORMS_AND_SURVEYS"
    HUMAN_RESOURCES = "HUMAN_RESOURCES"
    PAYMENT_PROCESSING = "PAYMENT_PROCESSING"
    MARKETING = "MARKETING"
    SALES_AND_CRM = "SALES_AND_CRM"


class MarkdownVariant(StrEnum):
    """The look of a text between form fields."""

    INFO = "INFO"
    WARNING = "WARNING"
    TIP = "TIP"
    BORDERLESS = "BORDERLESS"


class StoreScope(StrEnum):
    """How far a stored value is seen. PROJECT keys carry no prefix, FLOW keys the flow's id (spec/engine.md §6)."""

    PROJECT = "COLLECTION"
    FLOW = "FLOW"
