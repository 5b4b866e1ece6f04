"""The commands that talk to a server, against a real one."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.e2e.server_process import STRONG_PASSWORD, Account, Server
from tests.examples import FOLDER

from piecework.server.__main__ import main
from piecework.spec import jsons

ANSWER = str(FOLDER / "01-answer.json")


@pytest.fixture
def account(server: Server, member: Account) -> list[str]:
    """The options that name a server and an account on it."""
    return ["--url", server.url, "--email", member.session["email"], "--password", STRONG_PASSWORD]


def call(*words: str) -> Result:
    result = CliRunner().invoke(main, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def imported(account: list[str], *words: str) -> Any:
    result = call("import", ANSWER, *words, "--json", *account)
    assert result.exit_code == 0, result.stderr
    (flow,) = json.loads(result.stdout)
    return flow


def test_import_publish_run_and_export(account: list[str], server: Server, tmp_path: Path) -> None:
    flow = imported(account, "--publish", "--name", "Greeter")
    assert (flow["status"], flow["version"]["displayName"]) == ("ENABLED", "Greeter")

    ran = call("run", flow["id"], "--payload", '{"name": "Ada"}', "--url", server.url)
    assert (ran.exit_code, json.loads(ran.stdout)) == (0, {"greeting": "Hello, Ada!"})
    as_json = call("run", flow["id"], "--payload", '{"name": "Ada"}', "--url", server.url, "--json")
    assert json.loads(as_json.stdout)["response"]["status"] == 201

    file = tmp_path / "out.json"
    assert call("export", flow["id"], "-o", str(file), *account).exit_code == 0
    assert json.loads(file.read_text())["flows"][0]["displayName"] == "Greeter"
    line = call("export", flow["id"], "--json", *account).stdout
    assert json.loads(line) == json.loads(file.read_text())
    assert call("run", str(file), "--payload", '{"name": "Bob"}').stdout.strip() == '{"greeting":"Hello, Bob!"}'


def test_a_draft_is_run_only_as_one(account: list[str], server: Server) -> None:
    flow = imported(account)
    refused = call("run", flow["id"], "--url", server.url)
    assert refused.exit_code == 1
    assert refused.stderr == f"Error: The flow {flow['id']} cannot be called: it is not published and enabled\n"
    assert json.loads(call("run", flow["id"], "--draft", "--payload", '{"name": "D"}', "--url", server.url).stdout) == {
        "greeting": "Hello, D!"
    }


def test_a_token_and_a_project_in_place_of_a_password(server: Server, member: Account) -> None:
    token = member.session["token"]
    for words in (["--token", token], ["--token", token, "--project", member.project_id]):
        result = call("import", ANSWER, "--url", server.url, *words)
        assert result.exit_code == 0, result.stderr
        assert "Answer a call  draft" in result.stdout


def test_what_the_server_refuses_is_said_in_a_line(account: list[str], server: Server, member: Account, tmp_path: Path) -> None:
    wrong = call("import", ANSWER, "--url", server.url, "--email", member.session["email"], "--password", "Wrong-1234")
    assert (wrong.exit_code, wrong.stderr) == (1, "Error: POST /authentication/sign-in: INVALID_CREDENTIALS (status 401)\n")
    missing = call("export", "x" * 21, *account)
    assert missing.exit_code == 1
    assert "ENTITY_NOT_FOUND" in missing.stderr
    gone = call("run", "x" * 21, "--url", server.url)
    assert "there is no such flow" in gone.stderr

    document = json.loads(Path(ANSWER).read_text())
    del document["flows"][0]["trigger"]["nextAction"]["settings"]["pieceName"]
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(document))
    broken = call("import", str(file), *account)
    assert broken.exit_code == 1
    assert "pieceName" in broken.stderr
    flows = member.client.get("/flows", params={"projectId": member.project_id}).json()["data"]
    assert flows == []


def test_a_flow_of_900_steps_goes_there_and_back(account: list[str], tmp_path: Path) -> None:
    document = json.loads(Path(ANSWER).read_text())
    trigger = document["flows"][0]["trigger"]
    step = trigger.pop("nextAction")
    for number in range(900, 0, -1):
        mapper = {"pieceName": "@activepieces/piece-data-mapper", "pieceVersion": "0.3.15", "actionName": "advanced_mapping"}
        settings = mapper | {"input": {"mapping": number}, "propertySettings": {}, "errorHandlingOptions": {}}
        step = {"name": f"map_{number}", "displayName": "Map", "type": "PIECE", "valid": True, "settings": settings, "nextAction": step}
    file = tmp_path / "long.json"
    file.write_bytes(jsons.dumps({**document, "flows": [{**document["flows"][0], "trigger": {**trigger, "nextAction": step}}]}))

    made = call("import", str(file), "--publish", "--json", *account)
    assert made.exit_code == 0, made.stderr
    (flow,) = jsons.loads(made.stdout)
    exported = tmp_path / "exported.json"
    assert call("export", flow["id"], "-o", str(exported), *account).exit_code == 0
    ran = call("run", str(exported), "--payload", '{"name": "Ada"}')
    assert (ran.exit_code, json.loads(ran.stdout)) == (0, {"greeting": "Hello, Ada!"})


def test_the_benchmark_checks_and_measures_a_server_of_its_own() -> None:
    result = call("bench", "--seconds", "0.5", "--runs", "50", "--connections", "4", "--list-runs", "100", "--json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    for path in ("rps", "p50_ms", "p95_ms", "p99_ms", "cpu_ms_per_run", "connections"):
        assert report["sync"][path] > 0
    assert (report["async"]["runs"], report["async"]["lost"]) == (50, 0)
    assert report["async"]["accepted_per_s"] > 0
    assert report["async"]["drained_per_min"] > 0
    assert report["list"]["runs"] >= 100
    assert report["engine"]["steps_per_s"] > 0
    assert 0 < report["rss_mb"]["idle"] <= report["rss_mb"]["peak"]
    assert report["start_s"] > 0
    assert report["cpu_ms_by_process"]["server"] > 0
    assert report["load_average"].keys() == {"before", "after"}


def test_the_benchmark_measures_a_server_that_runs(account: list[str], server: Server) -> None:
    result = call("bench", "--seconds", "0.3", "--only", "sync", "--pid", str(server.process.pid), *account)
    assert result.exit_code == 0, result.stderr
    assert "reference flow, synchronous" in result.stdout
    assert "start to the first answer" not in result.stdout
