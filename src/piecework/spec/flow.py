"""The flow version's step tree as it travels (spec/flow-json.md).

A step is a plain JSON object (``Step``): a trigger or an action with ``nextAction``, ``firstLoopAction`` or ``children`` nested inside.
Steps are never changed in place: whoever edits a tree builds new objects along the path and shares the rest.
"""

from enum import StrEnum
from typing import Any

Step = dict[str, Any]
"""Wire JSON of a trigger or an action. Treat as immutable."""

SCHEMA_VERSION = "20"
"""The flow schema that this platform stores and exports (Activepieces 0.83)."""


class TriggerType(StrEnum):
    EMPTY = "EMPTY"
    PIECE = "PIECE_TRIGGER"


class ActionType(StrEnum):
    CODE = "CODE"
    PIECE = "PIECE"
    LOOP_ON_ITEMS = "LOOP_ON_ITEMS"
    ROUTER = "ROUTER"


class FlowVersionState(StrEnum):
    DRAFT = "DRAFT"
    LOCKED = "LOCKED"


class FlowStatus(StrEnum):
    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


class BranchType(StrEnum):
    CONDITION = "CONDITION"
    FALLBACK = "FALLBACK"


class RouterExecutionType(StrEnum):
    EXECUTE_ALL_MATCH = "EXECUTE_ALL_MATCH"
    EXECUTE_FIRST_MATCH = "EXECUTE_FIRST_MATCH"


class BranchOperator(StrEnum):
    """The 22 comparison operators of a router condition; note the wire's TEXT_START_WITH without an S."""

    TEXT_CONTAINS = "TEXT_CONTAINS"
    TEXT_DOES_NOT_CONTAIN = "TEXT_DOES_NOT_CONTAIN"
    TEXT_EXACTLY_MATCHES = "TEXT_EXACTLY_MATCHES"
    TEXT_DOES_NOT_EXACTLY_MATCH = "TEXT_DOES_NOT_EXACTLY_MATCH"
    TEXT_START_WITH = "TEXT_START_WITH"
    TEXT_DOES_NOT_START_WITH = "TEXT_DOES_NOT_START_WITH"
    TEXT_ENDS_WITH = "TEXT_ENDS_WITH"
    TEXT_DOES_NOT_END_WITH = "TEXT_DOES_NOT_END_WITH"
    NUMBER_IS_GREATER_THAN = "NUMBER_IS_GREATER_THAN"
    NUMBER_IS_LESS_THAN = "NUMBER_IS_LESS_THAN"
    NUMBER_IS_EQUAL_TO = "NUMBER_IS_EQUAL_TO"
    BOOLEAN_IS_TRUE = "BOOLEAN_IS_TRUE"
    BOOLEAN_IS_FALSE = "BOOLEAN_IS_FALSE"
    DATE_IS_BEFORE = "DATE_IS_BEFORE"
    DATE_IS_EQUAL = "DATE_IS_EQUAL"
    DATE_IS_AFTER = "DATE_IS_AFTER"
    LIST_CONTAINS = "LIST_CONTAINS"
    LIST_DOES_NOT_CONTAIN = "LIST_DOES_NOT_CONTAIN"
    LIST_IS_EMPTY = "LIST_IS_EMPTY"
    LIST_IS_NOT_EMPTY = "LIST_IS_NOT_EMPTY"
    EXISTS = "EXISTS"
    DOES_NOT_EXIST = "DOES_NOT_EXIST"
