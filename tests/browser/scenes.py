"""What a team's project looks like after a week: flows that fit together, folders, runs that went well and one that did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.e2e.flow_building import (
    Step,
    action,
    eventually,
    loop,
    make_flow,
    mapping,
    operate,
    piece_trigger,
    respond,
    run_in,
    runs_of,
    webhook_trigger,
)
from tests.e2e.server_process import Account, Server

_ORDER = {
    "order": {"id": "A-1042", "total": 129.9, "currency": "EUR", "customer": {"name": "Grace Hopper", "email": "grace@example.com"}},
    "items": [{"sku": "PW-1", "quantity": 2}, {"sku": "PW-7", "quantity": 1}, {"sku": "PW-9", "quantity": 4}],
}


@dataclass(frozen=True)
class Scene:
    """A project with something in it. Ids as the API gives them."""

    account: Account
    orders: str
    """A flow with a router, a loop, an error branch and a note; its runs succeeded."""
    failing: str
    """A flow whose run fails in its second step."""
    failed_run: str
    succeeded_run: str
    form: str
    """A flow that begins with a form, has a file among its fields, and answers."""
    chat: str
    approval: str
    """The link to the approval page of a run that waits."""
    waiting: str
    """A flow whose run went on after a failure, started another one, and waits for an approval."""
    waiting_run: str
    scheduled: str
    """A flow that the clock will start for the first time."""
    connected: str
    """A draft whose first step has a connection that nobody has filled in, and whose second needs a piece that is not installed."""


def titled(step: Step, title: str, **fields: Any) -> Step:
    """The step under another display name."""
    return {**step, "displayName": title, **fields}


def code(name: str, title: str, source: str, *, package: str = "{}", **inputs: Any) -> Step:
    """A code step. The language is in the package.json (docs/decisions/0009)."""
    settings = {"input": inputs, "sourceCode": {"code": source, "packageJson": package}, "errorHandlingOptions": {}}
    return {"name": name, "type": "CODE", "valid": True, "displayName": title, "settings": settings}


def router(
    name: str, title: str, branches: dict[str, tuple[list[list[dict[str, Any]]], Step | None]], otherwise: Step | None = None
) -> Step:
    """A router: for each branch its conditions and its first step, then the fallback."""
    named = [{"branchName": name, "branchType": "CONDITION", "conditions": conditions} for name, (conditions, _) in branches.items()]
    return {
        "name": name,
        "type": "ROUTER",
        "valid": True,
        "displayName": title,
        "settings": {
            "branches": [*named, {"branchName": "Otherwise", "branchType": "FALLBACK"}],
            "executionType": "EXECUTE_FIRST_MATCH",
        },
        "children": [*(child for _, child in branches.values()), otherwise],
    }


def order_flow() -> tuple[Step, ...]:
    """Checks an order, packs what was ordered, and answers."""
    total = "{{trigger['body']['order']['total']}}"
    large = router(
        "step_2",
        "How large is the order?",
        {
            "Over 100": (
                [[{"firstValue": total, "operator": "NUMBER_IS_GREATER_THAN", "secondValue": "100"}]],
                titled(mapping("step_3", priority="high", who="{{trigger['body']['order']['customer']['name']}}"), "Mark as priority"),
            ),
            "Small": (
                [[{"firstValue": total, "operator": "NUMBER_IS_LESS_THAN", "secondValue": "20"}]],
                titled(mapping("step_4", priority="low"), "Put into the next batch"),
            ),
        },
        titled(mapping("step_5", priority="normal"), "Standard handling"),
    )
    pack = titled(
        loop("step_6", "{{trigger['body']['items']}}", titled(mapping("step_7", label="{{step_6['item']['sku']}}"), "Print the label")),
        "For each item",
    )
    checked = code(
        "step_1",
        "Check the order",
        "export const code = async (inputs) => {\n  return { ok: inputs.total > 0, total: inputs.total };\n};\n",
        total=total,
    )
    answer = titled(respond("step_8", {"accepted": True, "order": "{{trigger['body']['order']['id']}}"}), "Answer the shop")
    return checked, large, pack, answer


def failing_flow() -> tuple[Step, ...]:
    """Divides by what is missing."""
    source = "export const code = async (inputs) => {\n  return inputs.customer.email.toLowerCase();\n};\n"
    return (
        titled(mapping("step_1", customer="{{trigger['body']['customer']}}"), "Pick the customer"),
        code("step_2", "Normalise the e-mail", source, customer="{{step_1['customer']}}"),
        titled(respond("step_3", {"email": "{{step_2}}"}), "Answer"),
    )


def form_flow(account: Account) -> str:
    """A registration with a field of every kind, answered in Markdown with the file that was sent. Returns the flow's id."""
    inputs = [
        {"displayName": "Your name", "type": "text", "description": "As it is to stand on the badge.", "required": True},
        {"displayName": "What brings you here?", "type": "text_area", "description": "", "required": False},
        {"displayName": "Portrait", "type": "file", "description": "PNG or JPEG, at most 4 MB.", "required": True},
        {"displayName": "Send me the minutes", "type": "toggle", "description": "Once, after the meeting.", "required": False},
    ]
    trigger = titled(piece_trigger("forms", "0.4.17", "form_submission", inputs=inputs, waitForResponse=True), "Somebody registers")
    thanks = "## Welcome, {{trigger['yourName']}}\n\nYou are *registered*. <b>See</b> [the programme](https://example.com/programme)."
    answer = action("step_1", "forms", "0.4.17", "return_response", markdown=thanks, file="{{trigger['portrait']}}")
    flow = make_flow(account, trigger, titled(answer, "Welcome them"))["id"]
    operate(account, flow, "CHANGE_NAME", {"displayName": "Register for the meeting"})
    operate(account, flow, "LOCK_AND_PUBLISH", {})
    return flow


def chat_flow(account: Account) -> str:
    """A chat that says what it has heard. Returns the flow's id."""
    trigger = titled(piece_trigger("forms", "0.4.17", "chat_submission", botName="Echo"), "Somebody writes")
    said = "You said **{{trigger['message']}}** and sent {{trigger['files'].length}} files."
    flow = make_flow(account, trigger, titled(action("step_1", "forms", "0.4.17", "return_response", markdown=said), "Answer"))["id"]
    operate(account, flow, "CHANGE_NAME", {"displayName": "Talk to the echo"})
    operate(account, flow, "LOCK_AND_PUBLISH", {})
    return flow


def approval_link(account: Account) -> str:
    """The link to the approval page of a run that waits for it."""
    link = respond("step_2", {"link": "{{step_1['reviewLink']}}"})
    link["settings"]["input"]["respond"] = "respond"
    make = action("step_1", "approval", "0.1.19", "create_approval_links")
    wait = titled(action("step_3", "approval", "0.1.19", "wait_for_approval"), "Approve the order of 12 laptops")
    flow = make_flow(
        account, titled(webhook_trigger(), "Order placed"), titled(make, "Make the links"), titled(link, "Hand them out"), wait
    )
    operate(account, flow["id"], "CHANGE_NAME", {"displayName": "Buy hardware"})
    operate(account, flow["id"], "LOCK_AND_PUBLISH", {})
    handed = account.client.post(f"/webhooks/{flow['id']}/sync", json={}).json()["link"]
    (run,) = eventually(lambda: runs_of(account, flow["id"]))
    run_in(account, run["id"], "PAUSED")
    return handed


def connections(account: Account) -> None:
    """A connection that works, one that an import has left to be filled in, and a variable."""
    common = {"projectId": account.project_id, "displayName": "Shop", "externalId": "shop", "pieceName": "@activepieces/piece-http"}
    value = {"type": "SECRET_TEXT", "secret_text": "s3cret"}
    assert account.client.post("/app-connections", json=common | {"type": "SECRET_TEXT", "value": value}).status_code == 201
    placeholder = {"displayName": "Slack of the support team", "externalId": "support-slack", "pieceName": "@activepieces/piece-slack"}
    assert account.client.post("/app-connections", json=common | placeholder | {"type": "PLACEHOLDER"}).status_code == 201
    variable = {"projectId": account.project_id, "name": "REGION_KEY", "value": "eu-7"}
    assert account.client.post("/variables", json=variable).status_code == 201


def connected_flow(account: Account) -> str:
    """See `Scene.connected`. Returns the flow's id."""
    tell = action("step_1", "slack", "0.17.9", "send_channel_message", auth="{{connections['support-slack']}}", text="A ticket was opened")
    keep = action("step_2", "acme-crm", "1.4.0", "create_ticket")
    flow = make_flow(
        account, titled(webhook_trigger(), "Ticket opened"), titled(tell, "Tell the team"), titled(keep, "Keep the ticket"), publish=False
    )["id"]
    operate(account, flow, "CHANGE_NAME", {"displayName": "Tickets"})
    return flow


def scheduled_flow(account: Account) -> str:
    """See `Scene.scheduled`. Returns the flow's id."""
    trigger = titled(piece_trigger("schedule", "0.1.17", "every_x_minutes", minutes=59), "Nearly every hour")
    flow = make_flow(account, trigger, titled(mapping("step_1", report="stock"), "Write the report"))["id"]
    operate(account, flow, "CHANGE_NAME", {"displayName": "Report the stock"})
    operate(account, flow, "LOCK_AND_PUBLISH", {})
    return flow


def waiting_flow() -> tuple[Step, ...]:
    """Sleeps for a moment, goes on after a failure, and asks for each of two items whether it may be bought."""
    source = "export const code = async () => { throw new Error('The supplier does not answer'); };\n"
    inquiry = code("step_2", "Ask the supplier", source)
    inquiry["settings"]["errorHandlingOptions"] = {"continueOnFailure": {"value": True}}
    inquiry["continueOnFailureBranches"] = {"onFailure": titled(mapping("step_3", price="unknown"), "Use the list price")}
    approval = titled(action("step_5", "approval", "0.1.19", "wait_for_approval"), "Approve the purchase")
    each = titled(loop("step_4", "{{trigger['body']['items']}}", approval), "For each item")
    each["settings"]["parallelism"] = 3
    return titled(action("step_1", "delay", "0.3.27", "delayFor", unit="seconds", delayFor=0.2), "Cool down"), inquiry, each


def stage(server: Server, session: dict[str, Any]) -> Scene:
    """Fills the project of somebody who has just signed up."""
    account = Account(session, server.client(session["token"]))
    orders = make_flow(account, titled(webhook_trigger(), "Order received"), *order_flow())["id"]
    operate(account, orders, "CHANGE_NAME", {"displayName": "Order intake"})
    note = {"id": "note-of-the-scene", "content": "Orders over 100 go first.", "color": "yellow"}
    operate(account, orders, "ADD_NOTE", {**note, "position": {"x": 330, "y": 40}, "size": {"width": 200, "height": 90}})
    operate(account, orders, "LOCK_AND_PUBLISH", {})
    failing = make_flow(account, titled(webhook_trigger(), "Customer signed up"), *failing_flow())["id"]
    operate(account, failing, "CHANGE_NAME", {"displayName": "Welcome a customer"})
    operate(account, failing, "LOCK_AND_PUBLISH", {})
    drafts = make_flow(
        account, titled(webhook_trigger(), "Ticket opened"), titled(mapping("step_1", team="support"), "Route"), publish=False
    )
    operate(account, drafts["id"], "CHANGE_NAME", {"displayName": "Triage of tickets"})
    folder = account.client.post("/folders", json={"displayName": "Sales", "projectId": account.project_id}).json()["id"]
    operate(account, orders, "CHANGE_FOLDER", {"folderId": folder})
    for number in range(4):
        body = {**_ORDER, "order": {**_ORDER["order"], "id": f"A-{1042 + number}", "total": 129.9 - number * 40}}
        assert account.client.post(f"/webhooks/{orders}/sync", json=body).status_code == 200
    account.client.post(f"/webhooks/{failing}/sync", json={"customer": {"name": "Ada"}})

    connections(account)

    def newest(flow: str, status: str) -> Any:
        return eventually(lambda: next((run["id"] for run in runs_of(account, flow) if run["status"] == status), None))

    waiting = make_flow(account, titled(webhook_trigger(), "Purchase requested"), *waiting_flow())["id"]
    operate(account, waiting, "CHANGE_NAME", {"displayName": "Purchase"})
    operate(account, waiting, "LOCK_AND_PUBLISH", {})
    account.client.post(f"/webhooks/{waiting}", json={"items": ["desk", "chair"]})
    paused = eventually(lambda: next((run["id"] for run in runs_of(account, waiting) if waits_at(run, "step_5")), None))
    account.client.post(f"/webhooks/{orders}", json=_ORDER, headers={"ap-parent-run-id": paused})
    eventually(lambda: [run for run in runs_of(account, orders) if run["parentRunId"] == paused and run["status"] == "SUCCEEDED"])
    return Scene(
        account,
        orders,
        failing,
        newest(failing, "FAILED"),
        newest(orders, "SUCCEEDED"),
        form_flow(account),
        chat_flow(account),
        approval_link(account),
        waiting,
        paused,
        scheduled_flow(account),
        connected_flow(account),
    )


def waits_at(run: dict[str, Any], step: str) -> bool:
    """Whether the run waits at a step."""
    return any(waits["step"].endswith(step) for waits in run.get("waitpoints", []))
