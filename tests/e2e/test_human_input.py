"""Forms and chats: what their pages are told, and what becomes of what people send (spec/api.md §11)."""

from typing import Any

import httpx
import pytest
from tests.e2e.flow_building import (
    Step,
    action,
    eventually,
    make_flow,
    mapping,
    only_run,
    operate,
    piece_trigger,
    run_in,
    runs_of,
    webhook_trigger,
)
from tests.e2e.server_process import Account

FORMS = ("forms", "0.4.17")
INPUTS = [
    {"displayName": "Your Name", "type": "text", "required": True},
    {"displayName": "Message", "type": "text_area", "description": "What is it about?", "required": False},
    {"displayName": "Urgent", "type": "toggle", "required": False},
    {"displayName": "Photo", "type": "file", "required": False},
]


def form_trigger(*, wait: bool = True, inputs: Any = INPUTS) -> Step:
    return piece_trigger(*FORMS, "form_submission", inputs=inputs, waitForResponse=wait)


def chat_trigger() -> Step:
    return piece_trigger(*FORMS, "chat_submission", botName="Ada")


def respond_on_ui(**inputs: Any) -> Step:
    return action("answer", *FORMS, "return_response", **inputs)


def form_of(client: httpx.Client, flow_id: str, **query: str) -> httpx.Response:
    return client.get(f"/human-input/form/{flow_id}", params=query)


def test_a_form_is_shown_to_everybody(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, form_trigger())
    shown = form_of(anonymous, flow["id"])
    assert shown.status_code == 200
    described = [{"description": "", **field} for field in INPUTS]
    assert shown.json() == {
        "id": flow["id"],
        "title": "Live",
        "props": {"inputs": described, "waitForResponse": True},
        "projectId": owner.project_id,
        "version": "0.4.17",
    }


def test_a_chat_is_shown_to_everybody(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, chat_trigger())
    shown = anonymous.get(f"/human-input/chat/{flow['id']}").json()
    platform = owner.client.get(f"/platforms/{owner.session['platformId']}").json()
    assert shown == {
        "id": flow["id"],
        "title": "Live",
        "props": {"botName": "Ada"},
        "projectId": owner.project_id,
        "platformLogoUrl": platform["logoIconUrl"],
        "platformName": platform["name"],
    }


def test_a_flow_without_a_form_has_none(owner: Account, anonymous: httpx.Client) -> None:
    plain = make_flow(owner, webhook_trigger())
    chat = make_flow(owner, chat_trigger())
    for flow_id in (plain["id"], chat["id"], "x" * 21):
        refused = form_of(anonymous, flow_id)
        assert refused.status_code == 404
        assert refused.json() == {
            "code": "ENTITY_NOT_FOUND",
            "params": {"entityType": "flow_form", "entityId": flow_id, "message": "Flow form not found in draft version of flow."},
        }
    form = make_flow(owner, form_trigger())
    refused = anonymous.get(f"/human-input/chat/{form['id']}")
    assert (refused.status_code, refused.json()["params"]["message"]) == (404, "Flow chat ui not found in draft version of flow.")
    assert form_of(anonymous, "short").status_code == 400
    assert form_of(anonymous, form["id"], useDraft="perhaps").status_code == 400


def test_only_what_is_published_and_on_is_shown(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, form_trigger(), publish=False)
    assert form_of(anonymous, flow["id"]).status_code == 404
    assert form_of(anonymous, flow["id"], useDraft="true").status_code == 200
    operate(owner, flow["id"], "LOCK_AND_PUBLISH", {})
    assert form_of(anonymous, flow["id"]).status_code == 200
    operate(owner, flow["id"], "CHANGE_NAME", {"displayName": "Being edited"})
    assert form_of(anonymous, flow["id"]).json()["title"] == "Live"
    assert form_of(anonymous, flow["id"], useDraft="true").json()["title"] == "Being edited"
    operate(owner, flow["id"], "CHANGE_STATUS", {"status": "DISABLED"})
    assert form_of(anonymous, flow["id"]).status_code == 404
    assert anonymous.post(f"/webhooks/{flow['id']}/sync", json={"yourName": "Ada"}).status_code == 404
    assert form_of(anonymous, flow["id"], useDraft="true").status_code == 200


@pytest.mark.parametrize("inputs", [None, [], "[]", "nonsense", [{}, 7, {"displayName": "x"}, {"displayName": "y", "type": "hologram"}]])
def test_an_unfinished_form_is_shown_as_far_as_it_goes(inputs: Any, owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, form_trigger(inputs=inputs), publish=False)
    shown = form_of(anonymous, flow["id"], useDraft="true")
    assert (shown.status_code, shown.json()["props"]["inputs"]) == (200, [])


def test_a_form_with_a_file_is_answered(owner: Account, anonymous: httpx.Client) -> None:
    answer = respond_on_ui(markdown="Thank you, **{{trigger['yourName']}}**", file="{{trigger['photo']}}")
    flow = make_flow(owner, form_trigger(), answer, mapping("after", urgent="{{trigger['urgent']}}"))
    fields = {"yourName": "Ada", "message": "Hello", "urgent": "true"}
    sent = anonymous.post(f"/webhooks/{flow['id']}/sync", data=fields, files={"photo": ("bridge.png", b"\x89PNG-ish", "image/png")})
    assert sent.status_code == 200, sent.text
    told = sent.json()
    assert (told["type"], told["value"]) == ("markdown", "Thank you, **Ada**")
    (file,) = told["files"]
    assert (file["mimeType"], file["fileName"]) == ("image/png", "bridge.png")
    assert httpx.get(file["url"]).content == b"\x89PNG-ish"

    run = run_in(owner, only_run(owner, flow["id"])["id"], "SUCCEEDED")
    output = run["steps"]["trigger"]["output"]
    assert {**output, "photo": ""} == {"yourName": "Ada", "message": "Hello", "urgent": True, "photo": ""}
    assert httpx.get(output["photo"]).content == b"\x89PNG-ish"
    assert run["steps"]["after"]["output"] == {"urgent": True}  # the flow goes on behind the answer


def test_a_form_that_waits_for_nothing(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, form_trigger(wait=False), mapping("after", who="{{trigger['yourName']}}"))
    assert anonymous.post(f"/webhooks/{flow['id']}", json={"yourName": "Ada"}).status_code == 200
    assert run_in(owner, only_run(owner, flow["id"])["id"], "SUCCEEDED")["steps"]["after"]["output"] == {"who": "Ada"}


@pytest.mark.parametrize("path", ["", "/sync", "/draft", "/draft/sync", "/test"])
def test_what_a_form_requires_must_be_sent(path: str, owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, form_trigger())
    refused = anonymous.post(f"/webhooks/{flow['id']}{path}", json={"message": "?", "urgent": "perhaps"})
    assert refused.status_code == 400
    assert refused.json()["message"] == "yourName: Your Name is required; urgent: Urgent must be true or false"
    assert runs_of(owner, flow["id"]) == []


def test_a_draft_is_tried_without_being_published(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, form_trigger(), respond_on_ui(markdown="Draft"), publish=False)
    assert anonymous.post(f"/webhooks/{flow['id']}/draft/sync", data={"yourName": "Ada"}).json()["value"] == "Draft"
    query = {"projectId": owner.project_id, "flowId": flow["id"], "environment": "TESTING"}
    assert eventually(lambda: owner.client.get("/flow-runs", params=query).json()["data"])


def test_a_chat_keeps_its_session(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, chat_trigger(), respond_on_ui(markdown="{{trigger['sessionId']}}: {{trigger['message']}}"))
    for message in ("Hello", "Are you there?"):
        said = anonymous.post(f"/webhooks/{flow['id']}/sync", files={"chatId": (None, "s1"), "message": (None, message)})
        assert said.json() == {"type": "markdown", "value": f"s1: {message}", "files": []}
    with_file = {"chatId": (None, "s1"), "message": (None, "Look"), "file[0]": ("a.txt", b"content", "text/plain")}
    anonymous.post(f"/webhooks/{flow['id']}/sync", files=with_file)
    runs = eventually(lambda: found if len(found := runs_of(owner, flow["id"])) == 3 else None)
    (url,) = run_in(owner, runs[0]["id"], "SUCCEEDED")["steps"]["trigger"]["output"]["files"]
    assert httpx.get(url).content == b"content"
    refused = anonymous.post(f"/webhooks/{flow['id']}/sync", json={"chatId": "s1"})
    assert (refused.status_code, refused.json()["message"]) == (400, "message: Message is required")
