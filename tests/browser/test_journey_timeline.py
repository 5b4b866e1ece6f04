"""A run that was retried, paused and survived the death of its server: its timeline tells it all. And a child run, followed both ways."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.builder import Builder
from tests.browser.conftest import OpenPage
from tests.browser.local_service import serving
from tests.browser.scenes import titled
from tests.e2e.flow_building import (
    Step,
    action,
    eventually,
    make_flow,
    mapping,
    only_run,
    operate,
    respond,
    run_in,
    webhook_trigger,
)
from tests.e2e.server_process import Account, Server, StartServer


@dataclass
class Office:
    """A service that refuses the first call, and whose archive is slow until it is `opened`."""

    calls: list[str] = field(default_factory=list)
    opened: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def answer(self, path: str) -> tuple[int, object]:
        """Answers a call."""
        self.calls.append(path)
        if path == "/unsteady":
            return (200, {"ok": True}) if self.calls.count(path) > 1 else (503, {"error": "come back later"})
        self.opened.wait(60)
        return 200, {"ok": True}


@pytest.fixture
def office() -> Iterator[Office]:
    service = Office()
    with serving(service.answer) as service.address:
        yield service
        service.opened.set()


def ask(name: str, title: str, url: str, **handling: Any) -> Step:
    """An HTTP request."""
    fields = {"method": "GET", "url": url, "headers": {}, "queryParams": {}, "authType": "NONE", "authFields": {}}
    step = titled(action(name, "http", "0.11.9", "send_request", **fields), title)
    step["settings"]["errorHandlingOptions"] = handling
    return step


def test_a_run_is_told_with_its_attempts_its_pause_and_its_lives(start_server: StartServer, open_page: OpenPage, office: Office) -> None:
    server = start_server(log_level="warn")
    session = server.sign_up("ada@example.com")
    with server.client(session["token"]) as client:
        account = Account(session, client)
        flow = make_flow(
            account,
            webhook_trigger(),
            ask("ask", "Ask the office", f"{office.address}/unsteady", retryOnFailure={"value": True}),
            titled(action("sleep", "delay", "0.3.27", "delayFor", unit="seconds", delayFor=1), "Cool down"),
            ask("search", "Search the archive", f"{office.address}/archive"),
            titled(respond("answer", {"ok": True}), "Answer"),
        )["id"]
        client.post(f"/webhooks/{flow}", json={})
        eventually(lambda: "/archive" in office.calls)
        run = only_run(account, flow)["id"]
    os.kill(server.process.pid, 9)
    server.process.wait(timeout=30)
    office.opened.set()
    server = start_server(server.data_dir, log_level="warn")
    with server.client(session["token"]) as client:
        run_in(Account(session, client), run, "SUCCEEDED")

    page = open_page(session, url=server.url)
    page.goto(f"/flows/{flow}/runs/{run}")
    page.get_by_role("tab", name="Summary").press("ArrowRight")
    panel = page.get_by_role("tabpanel", name="Timeline")
    turns = panel.get_by_role("list", name="Turns of the worker").get_by_role("listitem")
    expect(turns).to_have_count(2)
    expect(turns.nth(0)).to_contain_text("paused at “Cool down”")
    expect(turns.nth(1)).to_contain_text("Resume")
    expect(turns.nth(1)).to_contain_text("server lost 1×")
    expect(panel).to_contain_text("“Answer” answered with status 200.")
    panel.get_by_role("button", name="Attempts at Ask the office").press("Enter")
    attempts = panel.get_by_role("list", name="Attempts at Ask the office").get_by_role("listitem")
    expect(attempts).to_have_count(2)
    expect(attempts.nth(0)).to_contain_text("come back later")
    expect(attempts.nth(1)).to_contain_text("Succeeded")
    panel.get_by_role("button", name="Search the archive").press("Enter")
    expect(page.locator("aside").get_by_role("heading", name="Search the archive")).to_be_visible()


def test_a_child_run_is_followed_both_ways(
    server: Server, new_user: Callable[[], dict[str, Any]], open_page: OpenPage, office: Office
) -> None:
    session = new_user()
    with server.client(session["token"]) as client:
        account = Account(session, client)
        child = named(account, make_flow(account, webhook_trigger(), titled(mapping("one", n=1), "Count"))["id"], "Bookkeeping")
        call = ask("call", "Tell the bookkeeper", f"{office.address}/archive")
        parent = named(account, make_flow(account, webhook_trigger(), call, mapping("after", n=2))["id"], "Order")
        client.post(f"/webhooks/{parent}", json={})
        eventually(lambda: "/archive" in office.calls)
        caller = only_run(account, parent)["id"]
        page = open_page(session)
        page.goto(f"/flows/{parent}/runs/{caller}")
        builder = Builder(page)
        builder.panel.get_by_role("tab", name="Summary").wait_for()
        client.post(f"/webhooks/{child}", json={}, headers={"ap-parent-run-id": caller})

        # it appears while the parent is still at work
        children = builder.panel.get_by_role("list", name="Runs that it started")
        expect(children.get_by_role("listitem")).to_have_count(1)
        expect(children).to_contain_text("Succeeded")
        office.opened.set()
        expect(page.locator("pw-run-banner")).to_contain_text("Succeeded")
    children.get_by_role("button", name="started by “Tell the bookkeeper”").click()
    expect(builder.panel.get_by_role("heading", name="Tell the bookkeeper")).to_be_visible()
    builder.panel.get_by_role("link", name="Bookkeeping").click()
    parents = builder.panel.get_by_role("list", name="Started by the run of")
    expect(parents).to_contain_text("Succeeded")
    parents.get_by_role("link", name="Order").click()
    expect(builder.panel.get_by_role("link", name="Bookkeeping")).to_be_visible()


def named(account: Account, flow: str, name: str) -> str:
    """Gives a published flow a name."""
    operate(account, flow, "CHANGE_NAME", {"displayName": name})
    operate(account, flow, "LOCK_AND_PUBLISH", {})
    return flow
