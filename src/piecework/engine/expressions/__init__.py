"""Templates: from ``{{ … }}`` in a step's settings to values (spec/engine.md §1), and the conditions of routers (spec/flow-json.md §4).

``compile_value`` once per flow version, ``Compiled.evaluate`` for every step. Paths and simple operators are evaluated here; for scripts,
connections and variables ``Unresolved`` carries the questions, whose answers go into the next call.
"""

from .compiled import Compiled, compile_value
from .conditions import ConditionError, evaluate_condition, evaluate_conditions
from .javascript import UNDEFINED
from .questions import Answers, Question, Unresolved

__all__ = [
    "UNDEFINED",
    "Answers",
    "Compiled",
    "ConditionError",
    "Question",
    "Unresolved",
    "compile_value",
    "evaluate_condition",
    "evaluate_conditions",
]
