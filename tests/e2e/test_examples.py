"""Every flow of `examples/` over HTTP: imported, published, called by its webhook; every step is read back from the run."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.e2e.server_process import Account, Server
from tests.examples import EXAMPLES, Example, differences, running_api, step_differences
from tests.patience import PATIENCE_SECONDS

UNFINISHED = {"QUEUED", "RUNNING", "PAUSED"}


@pytest.fixture
def api() -> Iterator[str]:
    """The URL of the API that flows call."""
    with running_api() as url:
        yield url


def publish(account: Account, document: Any) -> str:
    """Creates a flow from the first one of a template and publishes it; returns its id."""
    (template,) = document["flows"]
    created = account.client.post("/flows", json={"displayName": document["name"], "projectId": account.project_id})
    assert created.status_code == 201, created.text
    path = f"/flows/{created.json()['id']}"
    request = {name: template[name] for name in ("displayName", "trigger", "schemaVersion", "notes")}
    for operation in ({"type": "IMPORT_FLOW", "request": request}, {"type": "LOCK_AND_PUBLISH", "request": {"status": "ENABLED"}}):
        answer = account.client.post(path, json=operation)
        assert answer.status_code == 200, answer.text
    return created.json()["id"]


def ended_run(account: Account, flow_id: str) -> Any:
    """The flow's only run, once it has ended, with its steps."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        runs = account.client.get("/flow-runs", params={"projectId": account.project_id, "flowId": flow_id}).json()["data"]
        if runs and runs[0]["status"] not in UNFINISHED:
            assert len(runs) == 1
            return account.client.get(f"/flow-runs/{runs[0]['id']}").json()
        time.sleep(0.05)
    raise AssertionError("the run did not end")


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_runs_as_it_says(server: Server, member: Account, example: Example, api: str) -> None:
    expected = example.expectation(api)
    flow_id = publish(member, example.document)
    path = f"{server.url}/api/v1/webhooks/{flow_id}"
    answer = httpx.post(
        f"{path}/sync" if expected["response"] else path, json=expected["payload"], timeout=PATIENCE_SECONDS, trust_env=False
    )
    if expected["response"]:
        assert list(differences(expected["response"], {"status": answer.status_code, "body": answer.json()})) == []
    else:
        assert (answer.status_code, answer.json()) == (200, {})
    run = ended_run(member, flow_id)
    assert run["status"] == expected["status"]
    assert list(step_differences(expected["steps"], run["steps"])) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_is_exported_as_it_was_imported(member: Account, example: Example) -> None:
    flow_id = publish(member, example.document)
    exported = member.client.get(f"/flows/{flow_id}/template").json()
    assert without_dates(exported["flows"]) == without_dates(example.document["flows"])
    assert exported["pieces"] == example.document["pieces"]


def without_dates(value: Any) -> Any:
    """A document without the moments at which its steps were edited."""
    if isinstance(value, list):
        return [without_dates(item) for item in value]
    if isinstance(value, dict):
        return {key: without_dates(item) for key, item in value.items() if key != "lastUpdatedDate"}
    return value
