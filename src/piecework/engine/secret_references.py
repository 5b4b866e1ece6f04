"""Which connections and variables the ``{{ }}`` expressions of a flow use, and how one connection takes another's place."""

from collections.abc import Iterator
from re import Match, Pattern

from piecework.engine.expressions.template import expression_spans
from piecework.engine.references import CONNECTION, VARIABLE, map_strings, step_strings
from piecework.engine.tree import transform, walk
from piecework.spec.flow import Step


def connection_ids(trigger: Step) -> list[str]:
    """External ids of the connections that a flow's expressions use, each once, in order of use."""
    return list(dict.fromkeys(name for step in walk(trigger) for name in _names(step, CONNECTION)))


def variable_names(trigger: Step) -> list[str]:
    """Names of the project variables that a flow's expressions use, each once, in order of use."""
    return list(dict.fromkeys(name for step in walk(trigger) for name in _names(step, VARIABLE)))


def steps_with_connection(trigger: Step, external_id: str) -> list[str]:
    """Names of the steps that use a connection, in order."""
    return [step["name"] for step in walk(trigger) if external_id in _names(step, CONNECTION)]


def with_connection_replaced(trigger: Step, old: str, new: str) -> Step:
    """The tree with every use of the connection ``old`` turned into one of ``new``; the same tree where there is none. Source code stays."""

    def named(match: Match[str]) -> str:
        return f"connections['{new}']" if _name(match) == old else match[0]

    def rewritten(text: str) -> str:
        pieces: list[str] = []
        done = 0
        for start, end in expression_spans(text):
            pieces += [text[done:start], CONNECTION.sub(named, text[start:end])]
            done = end
        return "".join([*pieces, text[done:]])

    def change(step: Step) -> Step:
        settings = step.get("settings")
        if not isinstance(settings, dict) or old not in _names(step, CONNECTION):
            return step
        changed = {key: value if key == "sourceCode" else map_strings(value, rewritten) for key, value in settings.items()}
        return {**step, "settings": changed}

    return transform(trigger, change)


def _names(step: Step, pattern: Pattern[str]) -> list[str]:
    return [_name(match) for match in _matches(step, pattern)]


def _name(match: Match[str]) -> str:
    return match["quoted"] or match["dotted"]


def _matches(step: Step, pattern: Pattern[str]) -> Iterator[Match[str]]:
    for _, text in step_strings(step.get("settings"), "settings"):
        for start, end in expression_spans(text):
            yield from pattern.finditer(text, start, end)
