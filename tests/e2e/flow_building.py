"""Flows for end-to-end tests, built over the API from a list of steps."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.e2e.server_process import Account, Server
from tests.patience import PATIENCE_SECONDS

Step = dict[str, Any]
WEBHOOK = ("webhook", "0.1.33")


def piece_trigger(piece: str, version: str, trigger: str, **inputs: Any) -> Step:
    """A PIECE_TRIGGER step."""
    settings = {
        "pieceName": f"@activepieces/piece-{piece}",
        "pieceVersion": version,
        "triggerName": trigger,
        "input": inputs,
        "propertySettings": {},
    }
    return {"name": "trigger", "type": "PIECE_TRIGGER", "valid": True, "displayName": "Trigger", "settings": settings}


def webhook_trigger() -> Step:
    """Catch Webhook without credentials."""
    return piece_trigger(*WEBHOOK, "catch_webhook", authType="none", authFields={})


def action(name: str, piece: str, version: str, action_name: str, **inputs: Any) -> Step:
    """A PIECE step."""
    settings = {
        "pieceName": f"@activepieces/piece-{piece}",
        "pieceVersion": version,
        "actionName": action_name,
        "input": inputs,
        "propertySettings": {},
        "errorHandlingOptions": {},
    }
    return {"name": name, "type": "PIECE", "valid": True, "displayName": name.title(), "settings": settings}


def code(name: str, source: str, **inputs: Any) -> Step:
    settings = {"sourceCode": {"code": source, "packageJson": "{}"}, "input": inputs, "errorHandlingOptions": {}}
    return {"name": name, "type": "CODE", "displayName": name, "valid": True, "settings": settings}


def mapping(name: str, **values: Any) -> Step:
    """A step whose output is what it is given."""
    return action(name, "data-mapper", "0.3.15", "advanced_mapping", mapping=values)


def respond(name: str, body: Any) -> Step:
    """A step that answers the caller and ends the run."""
    return action(
        name, *WEBHOOK, "return_response", responseType="json", fields={"status": 200, "headers": {}, "body": body}, respond="stop"
    )


def loop(name: str, items: str, *inside: Step) -> Step:
    """A loop step with steps inside."""
    first: Step | None = None
    for step in reversed(inside):
        first = step if first is None else {**step, "nextAction": first}
    return {
        "name": name,
        "type": "LOOP_ON_ITEMS",
        "valid": True,
        "displayName": name.title(),
        "settings": {"items": items},
        "firstLoopAction": first,
    }


def make_flow(account: Account, trigger: Step, *steps: Step, publish: bool = True) -> dict[str, Any]:
    """Builds a flow of steps in a row, publishes it, and returns it as the API gives it."""
    chain: Step | None = None
    for step in reversed(steps):
        chain = step if chain is None else {**step, "nextAction": chain}
    created = account.client.post("/flows", json={"displayName": "Live", "projectId": account.project_id})
    assert created.status_code == 201, created.text
    flow_id = created.json()["id"]
    tree = trigger if chain is None else {**trigger, "nextAction": chain}
    flow = operate(account, flow_id, "IMPORT_FLOW", {"displayName": "Live", "trigger": tree, "schemaVersion": "20"})
    return operate(account, flow_id, "LOCK_AND_PUBLISH", {}) if publish else flow


def operate(account: Account, flow_id: str, kind: str, request: dict[str, Any]) -> dict[str, Any]:
    """Applies an operation to a flow."""
    response = account.client.post(f"/flows/{flow_id}", json={"type": kind, "request": request})
    assert response.status_code == 200, response.text
    return response.json()


def eventually(look: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """What ``look`` gives as soon as it gives something; fails when it does not."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return seen


def runs_of(account: Account, flow_id: str) -> list[dict[str, Any]]:
    """The flow's production runs, newest first."""
    return account.client.get("/flow-runs", params={"projectId": account.project_id, "flowId": flow_id}).json()["data"]


def run_in(account: Account, run_id: str, *statuses: str) -> dict[str, Any]:
    """The run with its steps, once it is in one of these statuses."""

    def look() -> dict[str, Any] | None:
        run = account.client.get(f"/flow-runs/{run_id}").json()
        return run if run["status"] in statuses else None

    return eventually(look)


def only_run(account: Account, flow_id: str) -> dict[str, Any]:
    """The one run that a flow has, once it has it."""
    (run,) = eventually(lambda: runs_of(account, flow_id))
    return run


def install(account: Account, pieces: dict[str, str]) -> None:
    """Installs published pieces from the npm registry, by their short names and exact versions."""

    def one(piece: tuple[str, str]) -> None:
        wish = {"packageType": "REGISTRY", "pieceName": f"@activepieces/piece-{piece[0]}", "pieceVersion": piece[1]}
        answer = account.client.post("/pieces", json=wish, timeout=180)
        assert answer.status_code == 201, answer.text

    with ThreadPoolExecutor(len(pieces)) as pool:
        list(pool.map(one, pieces.items()))


def account_of(server: Server, email: str = "owner@example.com") -> Iterator[Account]:
    """Signs up on a server of one's own."""
    session = server.sign_up(email)
    with server.client(session["token"]) as client:
        yield Account(session, client)
