"""Habits of this code base that no linter knows: small files and functions, telling names, privacy, nothing left undone.

The lists of exceptions only shrink: a file or function that has become small enough must leave its list.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "piecework"
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
EMPTY_SUFFIXES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "processor"}
EMPTY_NAMES = EMPTY_SUFFIXES | {"base", "data", "info"}

LONG_FILES: dict[str, str] = {
    "engine/advance.py": "the state machine: its fourteen rules are read side by side; what a container does stands in engine/containers",
    "server/adapters/sqlite/runs.py": "the queue and the journal share one memory and one transaction; logs and waitpoints have files of their own",
    "server/modules/flows/service/flows.py": "the face of the flows' service: each method is one call of one of its parts",
    "server/modules/runs/service.py": "what can be done with runs under one name; shapes, timelines, slices and parents have files of their own",
}
"""Files above 400 lines, each with the reason why it is not two."""

LONG_FUNCTIONS: dict[str, str] = {
    "server/bootstrap/machinery.py:build_runs": "what is made of what, one constructor after the other; half of its lines are their arguments",
    "pieces/http/sending.py:send_request": "the signature is the form that a user fills in: 13 properties with their labels; the body is short",
    "sdk/context.py:__init__": "one parameter and one assignment for each thing that a step sees",
    "pieces/mqtt/publishing.py:publish_message": "the signature is the form that a user fills in: 13 properties; the body is short",
    "pieces/mqtt/triggers.py:new_message": "the signature is the form that a user fills in; the body is short",
    "pieces/webhook_sender/piece.py:send_webhook": "the signature is the form that a user fills in; the body is short",
    "pieces/text_helper/markup.py:extract_from_html": "the signature is the form that a user fills in; the body is short",
}
"""Functions above 40 lines as file:name, each with the reason why it is not two."""


@cache
def source_files() -> tuple[Path, ...]:
    return tuple(sorted(path for path in PACKAGE.rglob("*.py") if not path.name.startswith("test_")))


def is_migration(path: Path) -> bool:
    """Migrations are lists of tables as they were on a day: they have no logic to split, and are not changed once released."""
    return path.parent == PACKAGE / "server" / "migrations" / "versions"


@cache
def syntax_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def shown(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def definitions(path: Path) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(syntax_tree(path)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def says_nothing(name: str) -> bool:
    """Whether a name in either case is an empty word or ends in one that adds nothing: `data`, `FlowManager`, but not `data_mapper`."""
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    return words[-1:] != [] and (words[-1] in EMPTY_SUFFIXES or (len(words) == 1 and words[0] in EMPTY_NAMES))


def length_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from `def` to its end; its docstring does not count, so that nobody saves on it."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def test_a_file_above_400_lines_has_a_reason() -> None:
    long = {shown(path) for path in source_files() if len(path.read_text().splitlines()) > LONGEST_FILE}
    assert long == LONG_FILES.keys(), "split the file, or give the reason in LONG_FILES; take out what is short again"


def test_a_function_above_40_lines_has_a_reason() -> None:
    long = {
        f"{shown(path)}:{node.name}"
        for path in source_files()
        for node in definitions(path)
        if not isinstance(node, ast.ClassDef) and not is_migration(path) and length_without_docstring(node) > LONGEST_FUNCTION
    }
    assert long == LONG_FUNCTIONS.keys(), "split the function, or give the reason in LONG_FUNCTIONS; take out what is short again"


def test_nothing_is_left_undone() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [shown(path) for path in source_files() if marks.search(path.read_text())] == []


def test_files_and_folders_have_telling_names() -> None:
    names = {part.removesuffix(".py") for path in source_files() for part in path.relative_to(PACKAGE).parts}
    names_of_the_wire = {path.name for path in (PACKAGE / "pieces").iterdir()}  # a piece is called what it is called
    assert sorted(filter(says_nothing, names - names_of_the_wire)) == []


def test_classes_have_telling_names() -> None:
    names = {node.name for path in source_files() for node in definitions(path) if isinstance(node, ast.ClassDef)}
    assert sorted(filter(says_nothing, names)) == []


def test_the_judge_of_names_is_fair() -> None:
    for name in ("utils", "string_utils", "FlowManager", "HTTPHelper", "Data", "_common", "base"):
        assert says_nothing(name), name
    for name in ("data_mapper", "SampleDataType", "DatabaseType", "__init__", "BaseModel", "commonplace"):
        assert not says_nothing(name), name


def test_public_modules_say_what_they_are_for() -> None:
    """A module with code in it opens with a docstring that states the file's rule; a package may be a bare doorway."""
    silent = [
        shown(path)
        for path in source_files()
        if path.name != "__init__.py" and syntax_tree(path).body and not ast.get_docstring(syntax_tree(path))
    ]
    assert silent == []


def imported_modules(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, relative ones resolved, each with the names it takes out of them."""
    package = ["piecework", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(syntax_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            yield from (".".join([*start, *filter(None, [node.module]), alias.name]) for alias in node.names)


def test_nobody_reaches_into_a_private_module_of_another_package() -> None:
    """A file `_name.py` is for its own folder; what is wanted elsewhere gets a public name."""
    reached = []
    for path in source_files():
        folder = ".".join(["piecework", *path.relative_to(PACKAGE).parts[:-1]])
        for name in imported_modules(path):
            parts = name.split(".")
            private = next((index for index, part in enumerate(parts) if re.match(r"_[a-z]", part)), None)
            if name.startswith("piecework.") and private and not folder.startswith(".".join(parts[:private])):
                reached.append(f"{shown(path)} imports {name}")
    assert reached == []
