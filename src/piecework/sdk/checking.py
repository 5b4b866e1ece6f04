"""The rules that every piece keeps, checked: for `piecework check-piece`, and for our own pieces in the test command.

A piece that breaks one works, more or less; what suffers is who builds flows with it (no help text, a dropdown that never refreshes) or who
runs the server (a call that goes around ``ctx.http`` and so around the guard against private addresses).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from piecework.sdk.actions import Action
from piecework.sdk.pieces import Piece
from piecework.sdk.properties import Computed, DynamicProperties, Markdown, Property
from piecework.sdk.triggers import Trigger

NAME = re.compile(r"@[a-z0-9][a-z0-9-]*/piece-[a-z0-9]+(-[a-z0-9]+)*")
"""Of a piece on the wire."""

AROUND_THE_CONTEXT = frozenset(
    {"aiohttp", "ctypes", "http.client", "httpcore", "httpx", "multiprocessing", "os", "requests", "socket", "subprocess", "urllib.request",
     "urllib3", "piecework.engine", "piecework.runner", "piecework.sandbox", "piecework.server"}
)  # fmt: skip
"""Modules that a piece leaves alone: what it needs of the world comes through its context."""


def problems_of(piece: Piece, sources: Sequence[Path], tests: Path) -> list[str]:
    """What stands against a piece, in words; nothing for one that keeps the rules.

    :param sources: its Python files. :param tests: the folder in which its tests are.
    """
    problems = [*_introduction(piece)]
    for step in (*piece.actions.values(), *piece.triggers.values()):
        problems += _step(step)
    for source in sources:
        problems += _imports(source)
    if not any(tests.rglob("test_*.py")):
        problems.append(f"there are no tests in {tests}")
    return problems


def _introduction(piece: Piece) -> Iterator[str]:
    if not NAME.fullmatch(piece.name):
        yield f"name: {piece.name!r} is not lower-case words joined by hyphens"
    if not piece.serves(piece.version):
        yield f"versions: the piece does not serve its own version {piece.version}"
    if not piece.description:
        yield "description: missing; it is what the catalogue says of the piece"
    if not piece.logo.startswith(("https://", "data:image/")):
        yield f"logo: neither an https URL nor an image as data URL: {piece.logo[:60]!r}"
    if not piece.actions and not piece.triggers:
        yield "the piece has neither actions nor triggers"


def _step(step: Action | Trigger) -> Iterator[str]:
    kind = "action" if isinstance(step, Action) else "trigger"
    if not step.description:
        yield f"{kind} {step.name}: no docstring; it is the step's help text"
    elif step.description[-1] not in ".!?":
        yield f"{kind} {step.name}: the docstring is no whole sentence: {step.description[-40:]!r}"
    for name, prop in step.properties.items():
        yield from _property(f"{kind} {step.name}, {name}", prop, {"auth", *step.properties})


def _property(where: str, prop: Property, known: set[str]) -> Iterator[str]:
    if not prop.title and not isinstance(prop, Markdown | DynamicProperties):
        yield f"{where}: no title"
    if isinstance(prop, Computed):
        for name in prop.refreshers():
            if name not in known:
                yield f"{where}: its choices depend on {name!r}, which is no field of the step"


def _imports(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"), source.name)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            if any(name == module or name.startswith(f"{module}.") for module in AROUND_THE_CONTEXT):
                yield f"{source.name}:{node.lineno}: imports {name}: a piece reaches the world through its context"
                break
