"""Triggers, steps and operations as clients send them."""

from typing import Any

import httpx
from tests.e2e.server_process import Account

WEBHOOK = {
    "name": "trigger",
    "type": "PIECE_TRIGGER",
    "valid": True,
    "displayName": "Catch Webhook",
    "settings": {
        "pieceName": "@activepieces/piece-webhook",
        "pieceVersion": "0.1.33",
        "triggerName": "catch_webhook",
        "input": {"authType": "none", "authFields": {}},
        "propertySettings": {},
        "sampleData": {},
    },
}
PASS_ON = "export const code = async (inputs) => inputs;"


def code(name: str, source: str = PASS_ON, **given: Any) -> dict[str, Any]:
    settings = {"input": given, "sourceCode": {"code": source, "packageJson": "{}"}, "errorHandlingOptions": {}}
    return {"name": name, "type": "CODE", "valid": True, "displayName": name.title(), "settings": settings}


def piece(name: str, piece_name: str, version: str, action: str, **given: Any) -> dict[str, Any]:
    settings = {
        "pieceName": f"@activepieces/piece-{piece_name}",
        "pieceVersion": version,
        "actionName": action,
        "input": given,
        "propertySettings": {},
        "errorHandlingOptions": {},
    }
    return {"name": name, "type": "PIECE", "valid": True, "displayName": name.title(), "settings": settings}


def loop(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "LOOP_ON_ITEMS",
        "valid": True,
        "displayName": name,
        "settings": {"items": "{{trigger['body']['items']}}"},
    }


def router(name: str) -> dict[str, Any]:
    condition = {"operator": "NUMBER_IS_GREATER_THAN", "firstValue": "{{trigger['body']['n']}}", "secondValue": "5"}
    branches = [
        {"branchType": "CONDITION", "branchName": "Big", "conditions": [[condition]]},
        {"branchType": "FALLBACK", "branchName": "Otherwise"},
    ]
    settings = {"branches": branches, "executionType": "EXECUTE_FIRST_MATCH"}
    return {"name": name, "type": "ROUTER", "valid": True, "displayName": name, "settings": settings, "children": [None, None]}


def chain(*steps: dict[str, Any]) -> dict[str, Any]:
    """The first step with the others behind it."""
    first, *rest = steps
    return {**first, "nextAction": chain(*rest)} if rest else first


def names(flow: dict[str, Any]) -> list[str]:
    """The names of the steps behind the trigger, those in containers left out."""
    found = []
    step = flow["version"]["trigger"].get("nextAction")
    while step is not None:
        found.append(step["name"])
        step = step.get("nextAction")
    return found


def without_steps(flow: dict[str, Any]) -> dict[str, Any]:
    """A flow as it travels but for its step tree, for comparing it with a flow that does something else."""
    return {**flow, "version": {**flow["version"], "trigger": {}}} if "version" in flow else flow


class Flow:
    """A flow over HTTP."""

    def __init__(self, account: Account, name: str = "Rec", **fields: Any) -> None:
        self.account = account
        self.created = account.client.post("/flows", json={"displayName": name, "projectId": account.project_id, **fields})
        assert self.created.status_code == 201, self.created.text
        self.id = self.created.json()["id"]

    def send(self, kind: str, **request: Any) -> httpx.Response:
        return self.account.client.post(f"/flows/{self.id}", json={"type": kind, "request": request})

    def done(self, kind: str, **request: Any) -> dict[str, Any]:
        response = self.send(kind, **request)
        assert response.status_code == 200, response.text
        return response.json()

    def refused(self, kind: str, **request: Any) -> dict[str, Any]:
        """What an operation that is not possible is answered: the body of a 4xx, after which the flow is as it was."""
        before = self.get()
        response = self.send(kind, **request)
        assert 400 <= response.status_code < 500, response.text
        assert self.get() == before
        return response.json()

    def add(self, action: dict[str, Any], parent: str = "trigger", **place: Any) -> dict[str, Any]:
        return self.done("ADD_ACTION", parentStep=parent, action=action, **place)

    def get(self, **query: Any) -> dict[str, Any]:
        response = self.account.client.get(f"/flows/{self.id}", params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def started(self) -> "Flow":
        """With a webhook as its trigger."""
        self.done("UPDATE_TRIGGER", **WEBHOOK)
        return self
