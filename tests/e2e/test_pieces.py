"""Pieces over HTTP, beside spec/recordings/pieces.json."""

from typing import Any

import httpx
import pytest
from tests.e2e.flow_documents import WEBHOOK, Flow
from tests.e2e.recordings import assert_as_recorded, assert_same_shape, recorded
from tests.e2e.server_process import Account

MAPPER = "/pieces/@activepieces/piece-data-mapper"


def test_reading(owner: Account) -> None:
    for query, name in (({"categories": ["CORE"]}, "list"), ({"searchQuery": "hook"}, "list, search")):
        listed = owner.client.get("/pieces", params=query)
        assert listed.status_code == 200
        without_auth = [piece for piece in listed.json() if "auth" not in piece]  # those that were recorded need no connection
        assert without_auth
        assert_same_shape(without_auth, recorded("pieces", name)["response"])
    assert_as_recorded(owner.client.get(MAPPER), "pieces", "one")
    assert_as_recorded(owner.client.get("/pieces/@activepieces/piece-nope"), "pieces", "one, unknown", exactly=True)
    assert_as_recorded(owner.client.get("/pieces/categories"), "pieces", "categories")
    assert owner.client.get(MAPPER).content == owner.client.get(MAPPER, params={"version": "~0.3.15"}).content
    assert owner.client.get(MAPPER, params={"version": "99.0.0"}).status_code == 404
    assert owner.client.get(MAPPER, params={"version": "' OR 1=1"}).status_code == 404
    version = owner.client.get(MAPPER).json()["version"]
    assert owner.client.get(f"{MAPPER}/versions").json() == {version: {}}
    assert {"name": "@activepieces/piece-data-mapper", "version": version} in owner.client.get("/pieces/registry").json()


def test_filters(owner: Account) -> None:
    def found(**query: Any) -> list[dict[str, Any]]:
        response = owner.client.get("/pieces", params=query)
        assert response.status_code == 200, response.text
        return response.json()

    everything = [piece["name"] for piece in found()]
    assert [piece["name"] for piece in found(orderBy="DESC", sortBy="NAME")] == everything[::-1]
    assert found(categories=["HUMAN_RESOURCES"]) == []
    (paying,) = found(categories=["PAYMENT_PROCESSING"])
    assert (paying["name"], paying["testedAgainst"]) == ("@activepieces/piece-stripe", "RECORDINGS")
    assert "@activepieces/piece-webhook" in [piece["name"] for piece in found(categories=["CORE", "SALES_AND_CRM"])]
    suggested = found(searchQuery="catch webhook", suggestionType="TRIGGER")
    assert suggested[0]["suggestedTriggers"][0]["name"] == "catch_webhook"
    assert suggested[0]["suggestedActions"] == []
    refused = owner.client.get("/pieces", params={"release": "0.83.0"})
    assert (refused.status_code, refused.json()["code"]) == (400, "PIECE_SYNC_NOT_SUPPORTED")
    assert owner.client.get("/pieces", params={"suggestionType": "X"}).status_code == 400


def test_what_a_platform_hides(owner: Account, member: Account) -> None:
    platform = f"/platforms/{owner.session['platformId']}"

    def seen(account: Account, **query: Any) -> set[str]:
        response = account.client.get("/pieces", params={"projectId": account.project_id, **query})
        assert response.status_code == 200, response.text
        return {piece["name"] for piece in response.json()}

    everything = seen(owner)
    mapper = "@activepieces/piece-data-mapper"
    owner.client.post(platform, json={"filteredPieceNames": [mapper]})
    try:
        assert seen(member) == seen(owner) == everything - {mapper}
        assert seen(member, includeHidden=True) == everything
        assert owner.client.get(MAPPER).status_code == 200, "flows that use it go on"
        owner.client.post(platform, json={"filteredPieceBehavior": "ALLOWED"})
        assert seen(member) == {mapper}
    finally:
        owner.client.post(platform, json={"filteredPieceNames": [], "filteredPieceBehavior": "BLOCKED"})
    assert seen(member) == everything


def test_options(owner: Account, member: Account) -> None:
    flow = Flow(owner)
    body = recorded("misc", "piece options")["request"]["body"]
    body |= {"projectId": owner.project_id, "flowId": flow.id, "flowVersionId": flow.get()["version"]["id"]}
    assert_as_recorded(owner.client.post("/pieces/options", json=body), "misc", "piece options")
    for wrong in (
        {"pieceName": "@activepieces/piece-nope"},
        {"pieceVersion": "99.0.0"},
        {"actionOrTriggerName": "nope"},
        {"propertyName": "nope"},
        {"propertyName": "responseType"},
        {"input": {"auth": "{{connections['nope']}}"}},
    ):
        response = owner.client.post("/pieces/options", json=body | wrong)
        assert (response.status_code, response.json()["code"]) == (404, "ENTITY_NOT_FOUND")
    assert member.client.post("/pieces/options", json=body).status_code == 403
    assert owner.client.post("/pieces/options", json=body | {"input": []}).status_code == 400


def test_options_of_a_form_with_expressions(owner: Account, member: Account) -> None:
    """A refresher may be an expression: it stands for what the step gave when it was tried."""
    flow = Flow(owner)
    flow.send("UPDATE_TRIGGER", **WEBHOOK)
    flow.send("SAVE_SAMPLE_DATA", stepName="trigger", payload={"body": {"kind": "raw"}}, type="OUTPUT")
    body: dict[str, Any] = {
        "projectId": owner.project_id,
        "flowId": flow.id,
        "flowVersionId": flow.get()["version"]["id"],
        "pieceName": "@activepieces/piece-http",
        "pieceVersion": "0.11.3",
        "actionOrTriggerName": "send_request",
        "propertyName": "body",
    }

    def fields(body_type: str, **more: Any) -> list[str]:
        response = owner.client.post("/pieces/options", json=body | {"input": {"body_type": body_type}} | more)
        assert response.status_code == 200, response.text
        return [child["displayName"] for child in response.json()["options"].values()]

    assert fields("json") == ["JSON Body"]
    assert fields("{{trigger['body'].kind}}") == ["Raw Body"]
    assert fields("{{trigger['body'].kind.replace('raw', 'json')}}") == ["JSON Body"]
    assert fields("{{trigger['body'].kind}}", sampleData={"trigger": {"body": {"kind": "json"}}}) == ["JSON Body"]
    assert fields("{{trigger['nothing'].there}}") == []
    assert fields("{{step_9.x}}") == []
    wrong = owner.client.post("/pieces/options", json=body | {"input": {"body_type": "{{connections['nope']}}"}})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "ENGINE_OPERATION_FAILURE")
    foreign = body | {"projectId": member.project_id, "input": {"body_type": "{{trigger['body'].kind}}"}}
    assert member.client.post("/pieces/options", json=foreign).status_code == 404


def test_there_is_nothing_to_synchronise(owner: Account, member: Account, anonymous: httpx.Client) -> None:
    statuses = [account.post("/pieces/sync").status_code for account in (owner.client, member.client, anonymous)]
    assert statuses == [204, 403, 403]


@pytest.mark.parametrize("path", ["/pieces/nope", "/pieces/nope/versions", "/pieces/@a/b/versions"])
def test_unknown_pieces(owner: Account, path: str) -> None:
    assert owner.client.get(path).status_code == 404
