"""Pieces from npm over HTTP: installed, used, missed, and installed again. The registry is the tests' own (``tests/npm_packages.py``)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.connecting import connected, upsert
from tests.e2e.flow_building import Step, account_of, eventually, make_flow, operate, respond, run_in, runs_of, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer
from tests.e2e.test_schedules import make_due
from tests.npm_packages import Registry, archives, registry

MODERN, VERSION = "@local/piece-modern", "1.2.0"
FILES = {"packageType": "ARCHIVE", "scope": "PLATFORM"}


@pytest.fixture(scope="module")
def npm_registry() -> Iterator[Registry]:
    with registry() as server:
        yield server


@pytest.fixture(scope="module")
def npm_server(start_server: StartServer, npm_registry: Registry) -> Server:
    return start_server(allow_open_sign_up=True)


@pytest.fixture(scope="module")
def admin(npm_server: Server) -> Iterator[Account]:
    yield from account_of(npm_server)


@pytest.fixture
def modern(admin: Account) -> dict[str, Any]:
    return installed(admin)


def installed(account: Account, name: str = MODERN, version: str = VERSION) -> dict[str, Any]:
    """Installs from the registry; gives the piece."""
    answer = account.client.post("/pieces", json=wanted(name, version))
    assert answer.status_code == 201, answer.text
    return answer.json()


def wanted(name: str = MODERN, version: str = VERSION) -> dict[str, Any]:
    return {"packageType": "REGISTRY", "scope": "PLATFORM", "pieceName": name, "pieceVersion": version}


def step(action: str, /, name: str = "step_1", piece: str = MODERN, version: str = VERSION, **given: Any) -> Step:
    settings = {"pieceName": piece, "pieceVersion": version, "actionName": action, "input": given, "propertySettings": {}}
    return {"name": name, "type": "PIECE", "valid": True, "displayName": name, "settings": {**settings, "errorHandlingOptions": {}}}


def trigger(name: str, **given: Any) -> Step:
    settings = {"pieceName": MODERN, "pieceVersion": VERSION, "triggerName": name, "input": given, "propertySettings": {}}
    return {"name": "trigger", "type": "PIECE_TRIGGER", "valid": True, "displayName": name, "settings": settings}


def called(account: Account, flow: dict[str, Any], body: Any = None, path: str = "/sync") -> httpx.Response:
    return account.client.post(f"/webhooks/{flow['id']}{path}", json=body or {})


def test_installing_and_removing(admin: Account, npm_registry: Registry, modern: dict[str, Any]) -> None:
    assert (modern["name"], modern["version"], modern["packageType"], modern["pieceType"]) == (MODERN, VERSION, "REGISTRY", "CUSTOM")
    assert (modern["actions"]["echo"]["displayName"], modern["origin"]) == ("echo", "NPM")
    assert installed(admin) == modern
    assert npm_registry.asked.count(f"{MODERN}@{VERSION}") == 1
    listed = {piece["name"]: piece for piece in admin.client.get("/pieces").json()}
    assert listed[MODERN]["actions"] == len(modern["actions"])
    assert {"name": MODERN, "version": VERSION} in admin.client.get("/pieces/registry").json()
    assert admin.client.get(f"/pieces/{MODERN}", params={"version": VERSION}).json() == modern
    assert admin.client.get(f"/pieces/{MODERN}/versions").json() == {VERSION: {}}
    found = admin.client.get("/pieces", params={"searchQuery": "hears", "suggestionType": "TRIGGER"}).json()
    assert [piece["suggestedTriggers"][0]["name"] for piece in found] == ["hears"]
    assert admin.client.get("/pieces/installations").json()["installed"][0]["id"] == modern["id"]
    assert admin.client.delete(f"/pieces/{modern['id']}").status_code == 204
    assert admin.client.get(f"/pieces/{MODERN}").status_code == 404
    assert admin.client.delete(f"/pieces/{modern['id']}").status_code == 404
    native = admin.client.get("/pieces/@activepieces/piece-webhook").json()["id"]
    assert admin.client.delete(f"/pieces/{native}").status_code == 409


def test_an_archive_that_somebody_uploads(admin: Account) -> None:
    form = {**FILES, "pieceName": "@local/piece-early", "pieceVersion": "0.2.0"}
    archive = ("piece.tgz", archives()["@local/piece-early@0.2.0"])
    answer = admin.client.post("/pieces", data=form, files={"pieceArchive": archive})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["packageType"], answer.json()["displayName"]) == ("ARCHIVE", "Early")
    again = admin.client.post("/pieces", data=form, files={"pieceArchive": archive})
    assert (again.status_code, again.json()["code"]) == (409, "VALIDATION")
    flow = make_flow(
        admin,
        webhook_trigger(),
        step("greet", piece="@local/piece-early", version="0.2.0", authentication="Ada"),
        publish=False,
    )
    problems = admin.client.get(f"/flows/{flow['id']}/problems").json()["data"]
    assert [problem["path"] for problem in problems] == ["settings.input.name"]
    wrong = admin.client.post("/pieces", data=form | {"pieceVersion": "0.2.1"}, files={"pieceArchive": archive})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "ENGINE_OPERATION_FAILURE")
    assert "holds @local/piece-early@0.2.0" in wrong.json()["params"]["message"]
    missing = admin.client.post("/pieces", data=form | {"pieceVersion": "0.3.0"}, files={"another": archive})
    assert (missing.status_code, missing.json()["code"]) == (409, "VALIDATION")


def test_a_failure_says_why_and_is_written_down(admin: Account) -> None:
    answer = admin.client.post("/pieces", json=wanted(version="7.7.7"))
    assert (answer.status_code, answer.json()["code"]) == (400, "ENGINE_OPERATION_FAILURE")
    assert "http://" not in answer.text
    (failure,) = [each for each in admin.client.get("/pieces/installations").json()["failed"] if each["version"] == "7.7.7"]
    assert (failure["name"], failure["attempts"]) == (MODERN, 1)
    assert failure["reason"] in answer.json()["params"]["message"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pieceVersion": "~1.2.0"}, "pieceVersion"),
        ({"pieceName": "../evil"}, "pieceName"),
        ({"packageType": "BUNDLE"}, "packageType"),
        ({"scope": "PROJECT"}, "scope"),
        ({"pieceName": None}, "pieceName"),
    ],
)
def test_bad_requests_name_the_field(admin: Account, change: dict[str, Any], field: str) -> None:
    answer = admin.client.post("/pieces", json=wanted() | change)
    assert answer.status_code == 400
    assert f"body/{field}" in answer.json()["message"]


def test_bodies_that_are_none(admin: Account) -> None:
    assert admin.client.post("/pieces", content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert admin.client.post("/pieces", json=[1]).status_code == 400
    assert admin.client.post("/pieces", content=b"--x", headers={"content-type": "multipart/form-data"}).status_code == 400


def test_only_administrators(npm_server: Server, admin: Account) -> None:
    with npm_server.client(npm_server.sign_up("member@example.com")["token"]) as member:
        assert member.post("/pieces", json=wanted()).status_code == 403
        assert member.get("/pieces/installations").status_code == 403
        assert member.post("/pieces/sync").status_code == 403


def test_a_flow_waits_for_its_piece(admin: Account, modern: dict[str, Any]) -> None:
    flow = make_flow(admin, webhook_trigger(), step("echo", value="{{trigger['body']['n']}}"), respond("answer", "{{step_1}}"))
    assert called(admin, flow, {"n": [1]}).json() == {"value": [1]}
    assert admin.client.delete(f"/pieces/{modern['id']}").status_code == 204
    failed = called(admin, flow, {"n": 2})
    run = run_in(admin, failed.json()["runId"], "FAILED")
    assert f"{MODERN}@{VERSION} is not installed" in run["steps"]["step_1"]["errorMessage"]
    (problem,) = admin.client.get(f"/flows/{flow['id']}/problems").json()["data"]
    assert (problem["step"], problem["path"], problem["severity"]) == ("step_1", "settings.pieceName", "ERROR")
    imported = make_flow(admin, webhook_trigger(), step("echo", value=1), publish=False)
    assert imported["version"]["valid"] is False
    installed(admin)
    assert called(admin, flow, {"n": 3}).json() == {"value": 3}
    assert admin.client.get(f"/flows/{flow['id']}/problems").json()["data"] == []
    assert operate(admin, imported["id"], "LOCK_AND_PUBLISH", {})["status"] == "ENABLED"


def test_steps_that_misbehave_fail_and_the_next_one_works(admin: Account, modern: dict[str, Any]) -> None:
    for action, message in (
        ("throws", "does not fit"),
        ("exit", "process.exit(1)"),
        ("httpError", '"status": 422'),
        ("huge", "larger than"),
    ):
        flow = make_flow(admin, webhook_trigger(), step(action), respond("answer", "done"))
        run = run_in(admin, called(admin, flow).json()["runId"], "FAILED")
        assert message in run["steps"]["step_1"]["errorMessage"]
    flow = make_flow(admin, webhook_trigger(), step("unwatched"), respond("answer", {"it": "{{step_1}}"}))
    assert called(admin, flow).json() == {"it": "fine"}


def test_hooks_of_a_run(admin: Account, modern: dict[str, Any]) -> None:
    stopping = make_flow(admin, trigger("hears", greeting="a"), step("tags"), step("stops", name="step_2"), step("throws", name="step_3"))
    answer = called(admin, stopping)
    assert (answer.status_code, answer.json(), answer.headers["x-a"]) == (201, {"a": 1}, "b")
    (run,) = runs_of(admin, stopping["id"])
    assert run_in(admin, run["id"], "SUCCEEDED")["tags"] == ["blue"]
    waiting = make_flow(admin, trigger("hears", greeting="a"), step("waits"))
    assert called(admin, waiting).text == "wait"
    (run,) = runs_of(admin, waiting["id"])
    paused = run_in(admin, run["id"], "PAUSED")
    link = paused["steps"]["step_1"]["output"]["plain"].partition("/api/v1")[2]
    assert admin.client.post(link, json={"yes": True}, params={"q": "1"}).status_code == 200
    output = run_in(admin, run["id"], "SUCCEEDED")["steps"]["step_1"]["output"]
    assert (output["body"], output["queryParams"]) == ({"yes": True}, {"q": "1"})


def test_a_webhook_trigger(admin: Account, modern: dict[str, Any]) -> None:
    flow = make_flow(admin, trigger("hears", greeting="hi"), step("answers", body="{{trigger}}"))
    shaken = called(admin, flow, {"challenge": "abc"}, path="")
    assert (shaken.status_code, shaken.json(), shaken.headers["x-shaken"]) == (202, {"token": "abc"}, "yes")
    answer = called(admin, flow, {"n": 1}).json()
    assert (answer["said"], answer["body"]) == ("hi", {"n": 1})
    assert answer["url"].endswith(f"/v1/webhooks/{flow['id']}")
    assert called(admin, flow, {"skip": True}).status_code == 204
    assert called(admin, flow, {"n": 2}, path="").status_code == 200
    eventually(lambda: len(runs_of(admin, flow["id"])) == 2)


def test_a_trigger_hears_that_a_run_begins(admin: Account, modern: dict[str, Any]) -> None:
    """Once for each run; a run that it cannot begin with fails in its trigger, and a retry tells it again."""
    flow = make_flow(admin, trigger("begins"), step("knows"), step("answers", name="answer", body="{{step_1}}"))
    assert called(admin, flow, {"n": 1}).json() == {"started": {"n": 1}}
    failed = called(admin, flow, {"fails": True})
    run = run_in(admin, failed.json()["runId"], "FAILED")
    assert run["failedStep"]["name"] == "trigger"
    assert "not today" in run["failedStep"]["message"]
    assert run["steps"]["trigger"]["output"] == {"fails": True}
    again = admin.client.post(f"/flow-runs/{run['id']}/retry", json={"strategy": "FROM_FAILED_STEP", "projectId": admin.project_id})
    assert again.status_code == 200, again.text
    assert run_in(admin, run["id"], "SUCCEEDED")["steps"]["step_1"]["output"] == {"started": {"fails": True}}


def test_forms(admin: Account, modern: dict[str, Any]) -> None:
    flow = make_flow(admin, webhook_trigger(), step("chooses", color=1), publish=False)
    body = {
        "projectId": admin.project_id,
        "pieceName": MODERN,
        "pieceVersion": VERSION,
        "actionOrTriggerName": "chooses",
        "propertyName": "color",
        "flowId": flow["id"],
        "flowVersionId": flow["version"]["id"],
        "input": {"kind": "k"},
    }
    options = admin.client.post("/pieces/options", json=body | {"searchValue": "t"}).json()
    assert options == {"type": "DROPDOWN", "options": {"disabled": False, "options": [{"label": "none k t", "value": 1}]}}
    refused = upsert(admin, "key", {"type": "SECRET_TEXT", "secret_text": "bad"}, MODERN)
    assert (refused.status_code, refused.json()["params"]["error"]) == (400, "a bad key")
    connected(admin, "key", {"type": "SECRET_TEXT", "secret_text": "good"}, MODERN)
    with_key = admin.client.post("/pieces/options", json=body | {"input": {"kind": "k", "auth": "{{connections['key']}}"}}).json()
    assert with_key["options"]["options"][0]["label"] == "good k "
    dynamic = admin.client.post("/pieces/options", json=body | {"propertyName": "more", "input": {"color": 2}}).json()
    assert list(dynamic["options"]) == ["field2"]
    broken = admin.client.post("/pieces/options", json=body | {"propertyName": "broken"})
    assert (broken.status_code, broken.json()["params"]["message"]) == (400, "no options today")


def test_a_polling_trigger_over_the_life_of_a_server(start_server: StartServer, npm_registry: Registry) -> None:
    server = start_server()
    session = server.sign_up("owner@example.com")
    account = Account(session, server.client(session["token"]))
    installed(account)
    flow = make_flow(account, trigger("polls"), step("echo", value="{{trigger['id']}}"))
    assert flow["triggerSource"]["schedule"] == {"type": "CRON_EXPRESSION", "cronExpression": "*/7 * * * *", "timezone": "UTC"}
    tested = {
        "projectId": account.project_id,
        "flowId": flow["id"],
        "flowVersionId": flow["version"]["id"],
        "testStrategy": "TEST_FUNCTION",
    }
    assert [event["payload"] for event in account.client.post("/test-trigger", json=tested).json()["data"]] == [{"id": "sample"}]
    for expected in ({1, 2},):
        account.client.close()
        server.stop()
        make_due(server.data_dir, flow["id"])
        server = start_server(server.data_dir)
        account = Account(session, server.client(session["token"]))
        runs = eventually(lambda: (found := runs_of(account, flow["id"])) and len(found) == len(expected) and found)  # noqa: B023
        seen = {run_in(account, run["id"], "SUCCEEDED")["steps"]["step_1"]["output"]["value"] for run in runs}
        assert seen == expected
    republished = operate(account, flow["id"], "LOCK_AND_PUBLISH", {})
    assert republished["triggerSource"]["schedule"]["cronExpression"] == "*/7 * * * *"
    account.client.close()


def test_the_command_line_installs_beside_the_server(npm_server: Server, admin: Account, npm_registry: Registry, tmp_path: Path) -> None:
    import json
    import subprocess
    import sys

    wish = tmp_path / "pieces.txt"
    wish.write_text("# mine\n@local/piece-pinned@0.4.1\n@local/nothing@1.0.0\n")
    command = [
        sys.executable,
        "-m",
        "piecework.server",
        "pieces",
        "sweep",
        "--from",
        str(wish),
        "--data-dir",
        str(npm_server.data_dir),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert (report["installed"], report["described"], report["actions"], report["triggers"]) == (1, 1, 3, 0)
    assert [failure["piece"] for failure in report["failed"]] == ["@local/nothing@1.0.0"]
    assert admin.client.get("/pieces/@local/piece-pinned").status_code == 404
    assert admin.client.post("/pieces/sync").status_code == 204
    pinned = admin.client.get("/pieces/@local/piece-pinned").json()
    assert pinned["contextInfo"] == {}
    flow = make_flow(
        admin,
        webhook_trigger(),
        step("shows", piece="@local/piece-pinned", version="0.4.1", auth={"type": "SECRET_TEXT", "secret_text": "k"}),
    )
    assert called(admin, flow).status_code == 500  # it asks for a connection that is not there


def test_no_secret_is_written_by_what_a_piece_prints(npm_server: Server, admin: Account, modern: dict[str, Any]) -> None:
    flow = make_flow(admin, webhook_trigger(), step("prints", secret="planted-8152"), respond("answer", "{{step_1}}"))
    assert called(admin, flow).json() == 1
    log = npm_server.data_dir.parent / f"{npm_server.data_dir.name}.log"
    assert "planted-8152" not in log.read_text()
