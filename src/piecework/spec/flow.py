"""The flow version's step tree as it travels (spec/flow-json.md).

A step is a plain JSON object (``Step``): a trigger or an action with ``nextAction``, ``firstLoopAction`` or ``children`` nested inside.
Steps are never changed in place: whoever edits a tree builds new objects along the path and shares the rest.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from piecework.spec.shape import Problem

Step = dict[str, Any]
"""Wire JSON of a trigger or an action. Treat as immutable."""

SCHEMA_VERSION = "20"
"""The flow schema that this platform stores and exports (Activepieces 0.83)."""

STEP_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
"""A step's name, matched in full: it must be an identifier, since expressions refer to it."""

MAX_STEP_LEVELS = 1000
"""JSON levels between the trigger and a step: 1 for ``nextAction`` and ``firstLoopAction``, 2 for a branch's child."""

MAX_JSON_LEVELS = 1016
"""JSON levels of a whole tree, settings included: what a reader's limit of 1024 leaves when the tree travels inside a page of flows."""


class InvalidFlow(ValueError):
    """A received step tree is not one. ``problems`` names every faulty field (up to a hundred)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class TriggerType(StrEnum):
    EMPTY = "EMPTY"
    PIECE = "PIECE_TRIGGER"


class ActionType(StrEnum):
    CODE = "CODE"
    PIECE = "PIECE"
    LOOP_ON_ITEMS = "LOOP_ON_ITEMS"
    ROUTER = "ROUTER"


class StepLocation(StrEnum):
    """Where a step hangs, seen from the step that holds it. INSIDE_BRANCH goes with a branch index that starts at 0."""

    AFTER = "AFTER"
    INSIDE_LOOP = "INSIDE_LOOP"
    INSIDE_BRANCH = "INSIDE_BRANCH"
    INSIDE_ON_SUCCESS_BRANCH = "INSIDE_ON_SUCCESS_BRANCH"
    INSIDE_ON_FAILURE_BRANCH = "INSIDE_ON_FAILURE_BRANCH"


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


SINGLE_VALUE_OPERATORS = frozenset(
    {
        BranchOperator.BOOLEAN_IS_TRUE,
        BranchOperator.BOOLEAN_IS_FALSE,
        BranchOperator.LIST_IS_EMPTY,
        BranchOperator.LIST_IS_NOT_EMPTY,
        BranchOperator.EXISTS,
        BranchOperator.DOES_NOT_EXIST,
    }
)
"""Operators that look at ``firstValue`` alone."""


class NoteColor(StrEnum):
    ORANGE = "orange"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    YELLOW = "yellow"
