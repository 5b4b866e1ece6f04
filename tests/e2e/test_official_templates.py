"""The templates that come with the program: each imports, publishes, and (where a webhook starts it) answers as it says."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.bubblewrap import bubblewrap_works
from tests.e2e.flow_building import operate, run_in, runs_of
from tests.e2e.server_process import Account, Server
from tests.http_servers import Answering, server_of, serving, url_of

FOLDER = Path(__file__).parents[2] / "src" / "piecework" / "server" / "modules" / "templates" / "official"
DOCUMENTS = {file.stem.partition("-")[2]: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))}
ELSEWHERE = ("https://api.example.com", "https://chat.example.com", "https://www.example.com", "https://api.frankfurter.dev")
"""The services that the templates name; the tests put one of their own in their place."""


class Service(Answering):
    """Knows a rate and prices, fails when it is told to, and takes every POST."""

    is_down = False

    def do_GET(self) -> None:
        if self.is_down:
            self.answer_json({"error": "down"}, 503)
        elif self.path.startswith("/v1/latest"):
            self.answer_json({"base": "EUR", "date": "2026-11-20", "rates": {"USD": 1.25}})
        else:
            self.answer_json({"lamp": 30})

    def do_POST(self) -> None:
        self.answer_json(json.loads(self.body()))


@pytest.fixture
def service() -> Iterator[tuple[str, type[Service]]]:
    """The URL of the service, and its handler."""
    handler = type("Handler", (Service,), {})
    with serving(server_of(handler)) as server:
        yield url_of(server), handler


class Called:
    """A published flow of a template, called by its webhook."""

    def __init__(self, server: Server, account: Account, name: str, service_url: str) -> None:
        text = json.dumps(DOCUMENTS[name]["flows"][0])
        for url in ELSEWHERE:
            text = text.replace(url, service_url)
        flow = json.loads(text)
        created = account.client.post("/flows", json={"displayName": name, "projectId": account.project_id})
        self.id = created.json()["id"]
        self.account = account
        self.url = f"{server.url}/api/v1/webhooks/{self.id}/sync"
        operate(account, self.id, "IMPORT_FLOW", {key: flow[key] for key in ("displayName", "trigger", "schemaVersion", "notes")})
        operate(account, self.id, "LOCK_AND_PUBLISH", {"status": "ENABLED"})

    def __call__(self, body: Any, **headers: str) -> tuple[int, Any]:
        content = json.dumps(body).encode()
        given = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer = httpx.post(self.url, content=content, headers=given, timeout=60, trust_env=False)
        return answer.status_code, answer.json()

    def run(self, *statuses: str) -> dict[str, Any]:
        """The latest run, once it is in one of these statuses."""
        return run_in(self.account, runs_of(self.account, self.id)[0]["id"], *statuses)


@pytest.fixture
def called(server: Server, member: Account, service: tuple[str, type[Service]]) -> Any:
    """Publishes the flow of a template."""
    return lambda name: Called(server, member, name, service[0])


def everyone(account: Account, **query: Any) -> list[dict[str, Any]]:
    answer = account.client.get("/templates", params={"type": "OFFICIAL", "limit": 100, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_everybody_sees_them(member: Account) -> None:
    templates = everyone(member)
    assert [each["name"] for each in templates] == [document["name"] for document in DOCUMENTS.values()]
    assert len(templates) >= 12
    assert {each["platformId"] for each in templates} == {None}
    for each in templates:
        assert each["summary"]
        assert each["description"]
        assert member.client.get(f"/templates/{each['id']}").json() == each
    categories = set(member.client.get("/templates/categories").json())
    assert {category for each in templates for category in each["categories"]} <= categories
    official = {each["id"] for each in templates}
    assert official.isdisjoint(each["id"] for each in member.client.get("/templates").json()["data"]), "not among the platform's own"


def test_they_are_searched_and_paged(member: Account) -> None:
    names = [each["name"] for each in everyone(member)]
    assert [each["name"] for each in everyone(member, search="currenc")] == ["Convert currencies"]
    assert all("FINANCE" in each["categories"] for each in everyone(member, category="FINANCE"))
    assert [each["name"] for each in everyone(member, pieces=["@activepieces/piece-approval"])] == ["Ask a person before calling an API"]
    assert everyone(member, tags=["Nobody's"]) == everyone(member, search="no such template") == []

    pages = [member.client.get("/templates", params={"type": "OFFICIAL", "limit": 7}).json()]
    while cursor := pages[-1]["next"]:
        pages.append(member.client.get("/templates", params={"type": "OFFICIAL", "limit": 7, "cursor": cursor}).json())
    assert [each["name"] for page in pages for each in page["data"]] == names
    back = member.client.get("/templates", params={"type": "OFFICIAL", "limit": 7, "cursor": pages[1]["previous"]}).json()
    assert back == pages[0]


def test_nobody_changes_them(owner: Account) -> None:
    path = f"/templates/{everyone(owner)[0]['id']}"
    assert owner.client.post(path, json={"name": "Mine"}).status_code == 404
    assert owner.client.delete(path).status_code == 404


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_template_becomes_a_flow_that_can_be_published(member: Account, name: str) -> None:
    document = DOCUMENTS[name]
    (template,) = [each for each in everyone(member) if each["name"] == document["name"]]
    request = {"displayName": "Mine", "projectId": member.project_id, "templateId": template["id"]}
    created = member.client.post("/flows", json=request)
    assert created.status_code == 201, created.text
    flow = created.json()
    assert (flow["version"]["displayName"], flow["version"]["valid"], flow["templateId"]) == ("Mine", True, template["id"])
    exported = member.client.get(f"/flows/{flow['id']}/template").json()
    assert exported["pieces"] == document["pieces"]
    published = operate(member, flow["id"], "LOCK_AND_PUBLISH", {"status": "ENABLED"})
    assert published["status"] == "ENABLED"
    member.client.delete(f"/flows/{flow['id']}")


def test_answer_a_webhook(called: Any) -> None:
    assert called("answer-a-webhook")({"name": "Ada"}) == (200, {"greeting": "Hello, Ada!"})


def test_check_a_form(called: Any) -> None:
    form = called("check-a-form")
    status, answer = form({"name": "Ada", "email": "ada"})
    assert (status, sorted(answer["errors"])) == (422, ["email", "message"])
    entry = {"name": "Ada", "email": "ada@example.com", "message": "I would like to know more."}
    assert form(entry) == (201, {"received": True, "number": 1})
    assert form(entry) == (201, {"received": True, "number": 2})


needs_python = pytest.mark.skipif(not bubblewrap_works(), reason="Python steps need bubblewrap")


@needs_python
def test_clean_up_csv(called: Any) -> None:
    table = "name,email\n Ada ,ADA@example.com\nAda,ada@example.com\n,\n"
    assert called("clean-up-csv")({"csv": table}) == (200, {"csv": "name,email\nAda,ada@example.com\n", "kept": 1, "dropped": 2})


@pytest.mark.parametrize(("link", "last_step"), [("approve", "step_5"), ("decline", "step_6")])
def test_ask_before_calling(called: Any, link: str, last_step: str) -> None:
    flow = called("ask-before-calling")
    status, links = flow({"amount": 100})
    assert status == 202
    flow.run("PAUSED")
    assert httpx.get(links[link], timeout=30, trust_env=False).status_code < 400
    run = flow.run("SUCCEEDED", "FAILED")
    assert (run["status"], last_step in run["steps"]) == ("SUCCEEDED", True)
    assert run["tags"] == (["declined"] if link == "decline" else [])


def test_only_once(called: Any) -> None:
    flow = called("only-once")
    assert flow({"id": 7, "kind": "paid"}) == (201, {"status": "processed", "event": {"id": 7, "kind": "paid"}})
    assert flow({"id": 7, "kind": "paid"}) == (200, {"status": "duplicate"})
    assert flow({"id": 8, "kind": "paid"})[0] == 201


def test_one_call_a_second(called: Any) -> None:
    flow = called("one-call-a-second")
    assert flow({"items": ["a", "b"]}) == (202, {"accepted": 2})
    run = flow.run("SUCCEEDED", "FAILED")
    assert [each["step_3"]["output"]["body"] for each in run["steps"]["step_2"]["output"]["iterations"]] == [
        {"item": "a", "number": 1},
        {"item": "b", "number": 2},
    ]


def test_signed_webhook(called: Any) -> None:
    flow = called("signed-webhook")
    body = {"ref": "main"}
    signature = hmac.new(b"change-me", json.dumps(body).encode(), hashlib.sha256).hexdigest()
    assert flow(body, x_signature_256=f"sha256={signature}") == (200, {"accepted": True})
    assert flow(body, x_signature_256="sha256=0")[0] == flow(body)[0] == 401


def test_survive_an_outage(called: Any, service: tuple[str, type[Service]]) -> None:
    flow = called("survive-an-outage")
    service[1].is_down = True
    assert flow({})[0] == 503
    service[1].is_down = False
    assert flow({}) == (200, {"fresh": True, "data": {"lamp": 30}})
    service[1].is_down = True
    assert flow({}) == (200, {"fresh": False, "data": {"lamp": 30}})


def test_handle_a_failure(called: Any) -> None:
    flow = called("handle-a-failure")
    assert flow({"quantity": 3}) == (200, {"ordered": True, "left": 7})
    assert flow({"quantity": 30}) == (409, {"ordered": False})
    assert flow.run("SUCCEEDED")["tags"] == ["out of stock"]


def test_convert_currencies(called: Any) -> None:
    answer = called("convert-currencies")({"amount": 100, "from": "EUR", "to": "USD"})
    assert answer == (200, {"amount": 125, "currency": "USD", "rate": 1.25, "date": "2026-11-20"})


def test_number_things(called: Any) -> None:
    flow = called("number-things")
    first, second = flow({}), flow({})
    assert (first[1]["count"], second[1]["count"]) == (1, 2)
    assert second[1]["number"].endswith("-0002")


def test_summarise_numbers(called: Any) -> None:
    answer = called("summarise-numbers")({"values": [3, 5, 8, 8]})
    assert answer == (200, {"sum": 24, "average": 6, "smallest": 3, "largest": 8, "different": 3})


def test_file_from_data(called: Any) -> None:
    status, answer = called("file-from-data")({"rows": [{"sku": "LAMP", "price": 30}]})
    assert status == 201
    assert httpx.get(answer["file"], timeout=30, trust_env=False).text == "sku,price\nLAMP,30\n"


def test_remind_later(called: Any) -> None:
    flow = called("remind-later")
    status, answer = flow({"text": "Call Ada"})
    assert (status, answer["reminderAt"][-1]) == (202, "Z")
    assert flow.run("PAUSED")["steps"]["step_4"]["status"] == "PAUSED"


def test_form_with_a_file(called: Any) -> None:
    form = called("form-with-a-file")
    fields = {"yourName": "Ada", "whatDoYouNeed?": "A better engine", "urgent": "true"}
    answer = httpx.post(form.url, data=fields, files={"attachment": ("plan.txt", b"brass")}, timeout=60, trust_env=False).json()
    number = form.run("SUCCEEDED")["steps"]["step_1"]["output"]
    assert answer["value"] == f"## Thank you, Ada\n\nYour request has the number **{number}**. We answer within a day."
    assert form({"yourName": "Bob", "whatDoYouNeed?": "Nothing"})[0] == 200
    first, second = form.run("SUCCEEDED")["steps"]["step_2"]["output"]
    assert (first["number"], first["urgent"], second["file"]) == (number, True, "")
    assert httpx.get(first["file"], timeout=30, trust_env=False).content == b"brass"


def test_answer_in_a_chat(called: Any) -> None:
    chat = called("answer-in-a-chat")
    assert "9 to 17" in chat({"chatId": "s", "message": "When are you OPEN?"})[1]["value"]
    assert "What would you like to know?" in chat({"chatId": "s", "message": "Hello"})[1]["value"]


@needs_python
def test_route_orders(called: Any) -> None:
    flow = called("route-orders")
    assert flow({"lines": [{"price": 400, "quantity": 3}]}) == (202, {"status": "in review", "total": 1200})
    assert flow({"lines": [{"price": 40}]}) == (201, {"status": "accepted", "total": 40})
    assert flow({"lines": []})[0] == 422
