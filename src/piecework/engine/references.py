"""Which names the ``{{ }}`` expressions of a flow use, and how they are rewritten.

Rewriting touches free identifiers only: ``step_1`` in ``{{step_1.a + f(step_1)}}``, not in ``{{'step_1'}}``, ``{{x.step_1}}`` or
``{{ {step_1: 2} }}``, and no text outside the braces. The reader below knows JavaScript's tokens, not its grammar; a name that an arrow
function or a function of the same expression binds as a parameter is left alone throughout that expression.
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Final

from piecework.engine.expressions.template import expression_spans
from piecework.engine.steps import NEXT, child_at, slots_of
from piecework.engine.tree import walk
from piecework.spec.flow import Step
from piecework.spec.shape import Problem, join

STEP_LIKE: Final = re.compile(r"step_\d+")
"""Names that mean a step even where no step has them, such as one that was deleted."""


@dataclass(frozen=True, slots=True)
class Token:
    """A JavaScript token of an expression: ``kind`` is name, string, number, pattern or mark."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A free name in an expression.

    ``accessors`` are the literal keys that follow it (``a`` and ``b`` for ``name.a['b'][i]``), each with where it ends.
    ``shorthand``: the name stands for ``name: name`` in an object literal.
    """

    name: str
    start: int
    end: int
    accessors: tuple[tuple[str, int], ...] = ()
    shorthand: bool = False


_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<name>[^\W\d][\w$]*|\$[\w$]*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<string>'(?:\\.|[^'\\])*(?:'|\\?\Z)|\"(?:\\.|[^\"\\])*(?:\"|\\?\Z))"
    r"|(?P<mark>\?\.(?!\d)|\.\.\.|=>|.)",
    re.DOTALL,
)
_PATTERN = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*(?:\]|(?=\n)|\\?\Z)|[^/\\\[\n])+(?:/\w*)?", re.DOTALL)
# What is never closed runs to the end: no JavaScript either way, and nothing is read twice, so that reading takes linear time.
CONNECTION = re.compile(
    r"(?<![\w$.])connections\s*(?:\.?\s*\[\s*(?P<quote>['\"])(?P<quoted>[^'\"]+)(?P=quote)\s*\]|\.\s*(?P<dotted>[^\s.?\[\]'\"]+))"
)
"""As the engine reads it (expressions.tokens): a name after a dot runs to the next dot, hyphens included."""
VARIABLE = re.compile(CONNECTION.pattern.replace("connections", "variables", 1))
_OPERANDS = frozenset({"name", "number", "string", "pattern"})
_BEFORE_PATTERN = frozenset({"return", "typeof", "in", "of", "void", "delete", "instanceof"})


def tokens(code: str) -> list[Token]:
    """The tokens of an expression; the expressions inside a template literal's ``${ }`` are among them."""
    found: list[Token] = []
    literals: list[int] = []  # depth of braces inside each template literal that is open
    position = 0
    while position < len(code):
        char = code[position]
        if char == "`" or (char == "}" and literals and literals[-1] == 0):
            if char == "}":
                literals.pop()
            end, opens = _template_text(code, position + 1)
            found.append(Token("string", code[position:end], position, end))
            if opens:
                literals.append(0)
        else:
            token = _token(code, position, found)
            end = token.end
            if literals and token.text in ("{", "}"):
                literals[-1] += 1 if token.text == "{" else -1
            if token.kind != "space":
                found.append(token)
        position = end
    return found


def _token(code: str, position: int, before: Sequence[Token]) -> Token:
    match = _TOKEN.match(code, position)
    if match is not None and match["mark"] == "/" and not _is_operand(before):
        pattern = _PATTERN.match(code, position)
        if pattern is not None:
            return Token("pattern", pattern[0], position, pattern.end())
    if match is None or match.lastgroup is None:
        raise AssertionError("every character is a token")
    return Token(match.lastgroup, match[0], position, match.end())


def _is_operand(before: Sequence[Token]) -> bool:
    """Whether a value ends here, so that ``/`` divides."""
    if not before:
        return False
    last = before[-1]
    return (last.kind in _OPERANDS and last.text not in _BEFORE_PATTERN) or last.text in (")", "]", "}")


def _template_text(code: str, position: int) -> tuple[int, bool]:
    """The end of a template literal's text and whether it ends in ``${``."""
    while position < len(code):
        if code[position] == "\\":
            position += 1
        elif code[position] == "`":
            return position + 1, False
        elif code.startswith("${", position):
            return position + 2, True
        position += 1
    return len(code), False


def references(code: str) -> list[Reference]:
    """The free names of an expression in order, JavaScript's own (``Math``) included."""
    found = tokens(code)
    bound = _parameters(found)
    result: list[Reference] = []
    brackets: list[str] = []
    for index, token in enumerate(found):
        if token.text in ("(", "[", "{"):
            brackets.append(token.text)
        elif token.text in (")", "]", "}") and brackets:
            brackets.pop()
        if token.kind != "name" or token.text in bound or _text(found, index - 1) in (".", "?."):
            continue
        in_object = brackets[-1:] == ["{"] and _text(found, index - 1) in ("{", ",")
        if in_object and _text(found, index + 1) == ":":
            continue
        shorthand = in_object and _text(found, index + 1) in ("}", ",")
        result.append(Reference(token.text, token.start, token.end, _accessors(found, index + 1), shorthand))
    return result


def _text(found: Sequence[Token], index: int) -> str:
    """The text of a mark or name; of no token and of strings, which may say anything, ``""``."""
    return found[index].text if 0 <= index < len(found) and found[index].kind in ("mark", "name") else ""


def _accessors(found: Sequence[Token], index: int) -> tuple[tuple[str, int], ...]:
    keys: list[tuple[str, int]] = []
    while index < len(found):
        optional = _text(found, index) == "?."
        bracket = index + 1 if optional and _text(found, index + 1) == "[" else index
        if _text(found, bracket) == "[" and bracket + 2 < len(found) and _is_key(found[bracket + 1]) and _text(found, bracket + 2) == "]":
            keys.append((found[bracket + 1].text[1:-1], found[bracket + 2].end))
            index = bracket + 3
        elif _text(found, index) in (".", "?.") and index + 1 < len(found) and found[index + 1].kind == "name":
            keys.append((found[index + 1].text, found[index + 1].end))
            index += 2
        else:
            break
    return tuple(keys)


def _is_key(token: Token) -> bool:
    return token.kind == "string" and token.text[0] == token.text[-1] and len(token.text) > 1


def _parameters(found: Sequence[Token]) -> set[str]:
    """Names that arrow functions and functions of the expression bind, in time linear in its length."""
    bound: set[str] = set()
    opened: list[int] = []
    edges = [0] * (len(found) + 1)  # +1 and -1 where a list of parameters begins and ends
    for index, token in enumerate(found):
        if token.text == "=>" and index and found[index - 1].kind == "name":
            bound.add(found[index - 1].text)
        elif _text(found, index) == "(":
            opened.append(index)
        elif _text(found, index) == ")" and opened:
            start = opened.pop()
            if _text(found, index + 1) == "=>" or "function" in (_text(found, start - 1), _text(found, start - 2)):
                edges[start] += 1
                edges[index] -= 1
    for index, depth in enumerate(accumulate(edges[:-1])):
        if depth and found[index].kind == "name" and _text(found, index - 1) not in (".", "?.", "="):
            bound.add(found[index].text)
    return bound


Rewrite = Callable[[Reference], tuple[int, int, str] | None]
"""What to put where for a reference: start, end and text within the expression; None leaves it."""


def rewrite(text: str, change: Rewrite) -> str:
    """A template with the references of its expressions rewritten."""
    pieces: list[str] = []
    done = 0
    for start, end in expression_spans(text):
        for reference in references(text[start:end]):
            edit = change(reference)
            if edit is not None:
                pieces += [text[done : start + edit[0]], edit[2]]
                done = start + edit[1]
    return "".join([*pieces, text[done:]]) if pieces else text


def renaming(names: dict[str, str]) -> Rewrite:
    """Gives names other names."""

    def change(reference: Reference) -> tuple[int, int, str] | None:
        new = names.get(reference.name)
        if new is None:
            return None
        return reference.start, reference.end, f"{reference.name}: {new}" if reference.shorthand else new

    return change


def map_strings(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with its strings changed; keys stay. Values are nested no deeper than a step's settings may be."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_strings(each, change) for each in value]
    if isinstance(value, dict):
        return {key: map_strings(each, change) for key, each in value.items()}
    return value


def rewrite_step(step: Step, change: Rewrite) -> Step:
    """A step with the expressions of its settings rewritten; source code and children stay."""
    settings = step.get("settings")
    if not isinstance(settings, dict):
        return step
    rewritten = {
        key: value if key == "sourceCode" else map_strings(value, lambda text: rewrite(text, change)) for key, value in settings.items()
    }
    return {**step, "settings": rewritten}


def step_strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every string of a step's settings with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from step_strings(each, join(path, index))
    elif isinstance(value, dict):
        for key, each in value.items():
            if key != "sourceCode":
                yield from step_strings(each, join(path, key))


def step_references(step: Step) -> Iterator[tuple[str, Reference]]:
    """Every reference in a step's settings with the path of its string (``settings.input.url``)."""
    for path, text in step_strings(step.get("settings"), "settings"):
        if "{{" in text:
            for start, end in expression_spans(text):
                for reference in references(text[start:end]):
                    yield path, replace(reference, start=reference.start + start, end=reference.end + start)


def means_step(name: str, known: Container[str]) -> bool:
    """Whether a free name means a step: it is one's name, or looks like one."""
    return name in known or STEP_LIKE.fullmatch(name) is not None


def reference_problems(trigger: Step) -> list[Problem]:
    """Warnings of references that give nothing: to steps that do not exist, that come later, or that run at the same time in another part.

    Such flows may be published all the same.
    """
    order = {step["name"]: index for index, step in enumerate(walk(trigger))}
    parts = _parallel_parts(trigger)
    problems: list[Problem] = []
    for index, step in enumerate(walk(trigger)):
        for path, reference in step_references(step):
            name = reference.name
            if not means_step(name, order):
                continue
            if name not in order:
                problems.append(Problem(path, f"{name} does not exist", step["name"]))
            elif order[name] >= index:
                problems.append(Problem(path, f"{name} has not run yet when this step runs", step["name"]))
            elif any(other in parts[name] and parts[name][other] != branch for other, branch in parts[step["name"]].items()):
                problems.append(Problem(path, f"{name} runs at the same time as this step, in another branch", step["name"]))
            elif name in parts[step["name"]] and reference.accessors and reference.accessors[0][0] == "iterations":
                problems.append(Problem(path, f"{name} runs its iterations at the same time: none sees another", step["name"]))
    return problems


def _parallel_parts(trigger: Step) -> dict[str, dict[str, int | None]]:
    """For each step the loops and routers around it whose parts run at the same time, a router's with the branch that the step is in."""
    around: dict[str, dict[str, int | None]] = {}
    unvisited: list[tuple[Step, dict[str, int | None]]] = [(trigger, {})]
    while unvisited:
        step, outside = unvisited.pop()
        around[step["name"]] = outside
        settings = step.get("settings") or {}
        is_parallel = settings.get("parallel") is True or (settings.get("parallelism") or 1) != 1
        for slot in slots_of(step):
            child = child_at(step, slot)
            if child is not None:
                inside = is_parallel and slot is not NEXT
                unvisited.append((child, {**outside, step["name"]: slot.branch} if inside else outside))
    return around
