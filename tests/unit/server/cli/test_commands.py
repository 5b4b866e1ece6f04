"""The commands as a shell calls them, as far as they need no server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from tests.examples import FOLDER

import piecework
from piecework.server.__main__ import main
from piecework.server.kernel.folder_lock import locked

ANSWER = str(FOLDER / "01-answer.json")


def call(*words: str, **options: object) -> Result:
    result = CliRunner().invoke(main, list(words), **options)  # type: ignore[arg-type]
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_every_command_has_help_and_can_speak_json() -> None:
    for words, command in every_command(main):
        text = call(*words, "--help").output
        assert command.help
        assert words == ["serve"] or "--json" in text, words


def every_command(group: click.Group) -> Iterator[tuple[list[str], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            assert command.help
            yield from (([name, *words], inner) for words, inner in every_command(command))
        else:
            yield [name], command


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from piecework.server.__main__ import main; main(['--help'], standalone_mode=False); "
        "print(sorted(m for m in sys.modules if m in ('httpx', 'pydantic', 'sqlalchemy', 'fastapi', 'asyncio', 'structlog')))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.splitlines()[-1] == "[]"


def test_run_a_file() -> None:
    result = call("run", ANSWER, "--payload", '{"name": "Ada"}')
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"greeting": "Hello, Ada!"}
    assert result.stderr == "SUCCEEDED: trigger, step_1\n"


def test_run_a_file_as_json_with_the_payload_from_a_file(tmp_path: Path) -> None:
    payload = tmp_path / "payload.json"
    payload.write_text('{"name": "Bob"}')
    for result in (
        call("run", ANSWER, "--payload", f"@{payload}", "--json"),
        call("run", ANSWER, "--payload", "@-", "--json", input=payload.read_text()),
    ):
        shown = json.loads(result.stdout)
        assert shown["status"] == "SUCCEEDED"
        assert shown["response"] == {"status": 201, "headers": {"x-mood": "good"}, "body": {"greeting": "Hello, Bob!"}}
        assert list(shown["steps"]) == ["trigger", "step_1"]
        assert shown["failedStep"] is None


def test_a_run_that_fails_exits_with_1(tmp_path: Path) -> None:
    document = json.loads((FOLDER / "01-answer.json").read_text())
    document["flows"][0]["trigger"]["nextAction"]["settings"]["pieceVersion"] = "9.0.0"
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(document))
    result = call("run", str(file))
    assert result.exit_code == 1
    assert result.stderr.endswith("Error: step_1: The piece @activepieces/piece-webhook@9.0.0 is not installed\n")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("run", "no-such-file.json"), 1, "no-such-file.json"),
        (("run", ANSWER, "--payload", "{"), 2, "--payload is not JSON"),
        (("run", ANSWER, "--payload", "@no-such-file"), 1, "--payload: "),
        (("run", "xxxxxxxxxxxxxxxxxxxxx", "--url", "http://127.0.0.1:9"), 1, "Is the server running?"),
        (("import", ANSWER, "--url", "http://127.0.0.1:9"), 2, "Who are you?"),
        (("import", ANSWER, "--url", "http://127.0.0.1:9", "--token", "x"), 1, "No answer from http://127.0.0.1:9"),
        (("export", "x", "--url", "nonsense", "--token", "x"), 1, "nonsense"),
        (("new-piece", "Bad Name"), 2, "NAME must be lower-case words"),
        (("new-piece", "data-mapper"), 1, "has a piece 'data-mapper' of its own"),
        (("check-piece", "no_such_piece"), 1, "no_such_piece cannot be imported: ModuleNotFoundError"),
        (("check-piece", "json"), 1, "json has no `piece`"),
        (("bench", "--url", "https://example.com"), 1, "only a server on this machine"),
        (("migrate", "--data-dir", "/proc/nowhere"), 1, "/proc/nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(words: tuple[str, ...], code: int, says: str) -> None:
    result = call(*words)
    assert result.exit_code == code
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_a_document_that_is_none_is_named_with_its_fault(tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    file.write_text('{"flows": [{"displayName": 5}]}')
    result = call("run", str(file))
    assert result.exit_code == 1
    assert "flows.0.displayName Invalid input: expected string, received number" in result.stderr


def test_migrate_says_what_it_did(tmp_path: Path) -> None:
    first = call("migrate", "--data-dir", str(tmp_path / "new"), "--json")
    newest = json.loads(first.stdout)["to"]
    assert json.loads(first.stdout) == {"from": None, "to": newest}
    second = call("migrate", "--data-dir", str(tmp_path / "new"))
    assert second.stdout == f"The database is at revision {newest} already.\n"


def test_a_new_piece_passes_its_own_tests_and_the_linter(tmp_path: Path) -> None:
    result = call("new-piece", "open-weather", "--dir", str(tmp_path), "--json")
    assert result.exit_code == 0
    made = json.loads(result.stdout)
    folder = Path(made["folder"])
    assert folder == tmp_path / "piecework-open-weather"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == set(made["files"])
    tests = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-o", "addopts="]
    run = subprocess.run(tests, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout
    assert "3 passed" in run.stdout
    lint = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E,F,I,B,UP", "--line-length", "140", "."]
    run = subprocess.run(lint, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout


def test_nothing_stands_against_a_new_piece(tmp_path: Path) -> None:
    call("new-piece", "open-weather", "--dir", str(tmp_path))
    folder = tmp_path / "piecework-open-weather"
    check = [sys.executable, "-m", "piecework.server", "check-piece", "piecework_open_weather"]
    run = subprocess.run(check, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stdout) == (0, "@activepieces/piece-open-weather: nothing stands against it\n"), run.stderr
    actions = folder / "src" / "piecework_open_weather" / "actions.py"
    actions.write_text(actions.read_text() + "\nimport socket\n")
    run = subprocess.run([*check, "--json"], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert json.loads(run.stdout) == {
        "piece": "@activepieces/piece-open-weather",
        "problems": ["actions.py:18: imports socket: a piece reaches the world through its context"],
    }


@pytest.mark.parametrize("checker", ["pyright", "mypy"])
def test_type_checkers_are_strict_with_a_piece(checker: str, tmp_path: Path) -> None:
    """A new piece passes; a wrong argument and a wrong result are caught where they are written."""
    call("new-piece", "open-weather", "--dir", str(tmp_path))
    source = tmp_path / "piecework-open-weather" / "src"
    wrong = source / "wrong.py"
    wrong.write_text(
        "from piecework.sdk import ActionContext\n"
        "from piecework_open_weather import fetch_item\n"
        "async def call(ctx: ActionContext) -> int:\n"
        "    item = await fetch_item(ctx, 7)\n"
        "    return item['name']\n"
    )
    options = {"pyright": ["--pythonpath", sys.executable], "mypy": ["--no-incremental", "--python-executable", sys.executable]}
    library = str(Path(piecework.__file__).parents[1])
    (source / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict", "extraPaths": [library]}))
    (source / "mypy.ini").write_text("[mypy]\nstrict = True\n[mypy-piecework.*]\nignore_errors = True\n")  # as if it were installed
    command = [str(Path(sys.executable).with_name(checker)), *options[checker], "."]
    run = subprocess.run(
        command, cwd=source, capture_output=True, text=True, timeout=300, check=False, env=os.environ | {"MYPYPATH": library}
    )
    errors = [line.strip() for line in run.stdout.splitlines() if "error" in line and "wrong.py" in line]
    assert len(errors) == 2, run.stdout
    assert "wrong.py:4" in errors[0]
    assert "wrong.py:5" in errors[1]
    assert sum("error:" in line for line in run.stdout.splitlines()) == 2, run.stdout


def test_a_new_piece_is_found_by_its_entry_point(tmp_path: Path) -> None:
    call("new-piece", "open-weather", "--dir", str(tmp_path))
    source = tmp_path / "piecework-open-weather" / "src"
    metadata = source / "piecework_open_weather-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: piecework-open-weather\nVersion: 0.1.0\n")
    (metadata / "entry_points.txt").write_text("[piecework.pieces]\nopen-weather = piecework_open_weather:piece\n")
    program = (
        f"import sys; sys.path.insert(0, {str(source)!r}); from piecework.runner.catalogue import Catalogue; "
        "print(Catalogue.load().get('@activepieces/piece-open-weather', '0.1.0').actions['fetch_item'].display_name)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert run.stdout == "Fetch Item\n", run.stderr


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    assert call("new-piece", "open-weather", "--dir", str(tmp_path)).exit_code == 0
    again = call("new-piece", "open-weather", "--dir", str(tmp_path))
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)


def test_a_data_folder_in_use_is_said_in_a_line(tmp_path: Path) -> None:
    with locked(tmp_path):
        result = CliRunner().invoke(main, ["serve", "--port", "0", "--data-dir", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.strip().splitlines()[-1] == (
        f"Error: the data folder {tmp_path} is in use by another server; stop it, or choose another folder with --data-dir"
    )
