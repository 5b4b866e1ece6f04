"""Store entries, tags and worker machines, beside recordings/misc.json."""

from tests.e2e.recordings import assert_as_recorded
from tests.e2e.server_process import Account


def test_store_entries(member: Account) -> None:
    project = {"projectId": member.project_id}
    put = member.client.post("/store-entries", json={"key": "k", "value": {"a": [1, None, "ž"]}} | project)
    assert put.status_code == 200
    assert set(put.json()) == {"id", "created", "updated", "key", "projectId", "value"}
    assert member.client.get("/store-entries", params={"key": "k"} | project).json() == put.json()

    again = member.client.post("/store-entries", json={"key": "k", "value": False} | project).json()
    assert (again["id"], again["value"]) == (put.json()["id"], False)
    assert member.client.delete("/store-entries", params={"key": "k"} | project).status_code == 200
    assert member.client.get("/store-entries", params={"key": "k"} | project).status_code == 404
    assert member.client.delete("/store-entries", params={"key": "k"} | project).status_code == 200


def test_the_limits_of_a_store_entry(member: Account) -> None:
    project = {"projectId": member.project_id}
    assert member.client.post("/store-entries", json={"key": "k" * 129, "value": 1} | project).status_code == 400
    assert member.client.post("/store-entries", json={"key": "k\0", "value": 1} | project).status_code == 400
    assert member.client.post("/store-entries", json={"key": "k", "value": "x" * 512 * 1024} | project).status_code == 413
    assert member.client.post("/store-entries", json={"key": "k", "value": "x" * 511 * 1024} | project).status_code == 200


def test_a_user_names_a_project_that_he_may_enter(owner: Account, member: Account) -> None:
    assert member.client.get("/store-entries", params={"key": "k"}).json()["params"] == {"message": "Project ID is required"}
    assert member.client.get("/store-entries", params={"key": "k", "projectId": owner.project_id}).status_code == 403


def test_tags(owner: Account, member: Account) -> None:
    assert_as_recorded(member.client.get("/tags"), "misc", "tags")
    assert member.client.post("/tags", json={"name": "core"}).status_code == 403
    tag = owner.client.post("/tags", json={"name": "core"}).json()
    assert owner.client.post("/tags", json={"name": "core"}).json()["id"] == tag["id"]
    assert [found["name"] for found in member.client.get("/tags").json()["data"]] == ["core"]
    assert owner.client.post("/tags/pieces", json={"piecesName": ["p", "p"], "tags": ["core", "new"]}).status_code == 201
    assert len(owner.client.get("/tags").json()["data"]) == 2


def test_worker_machines(owner: Account, member: Account) -> None:
    assert_as_recorded(owner.client.get("/worker-machines"), "misc", "worker machines")
    assert member.client.get("/worker-machines").status_code == 403
