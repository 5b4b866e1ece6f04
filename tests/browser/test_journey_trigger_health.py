"""A trigger that fails says so in the list of flows and beside its settings, and recovers; a trial of a webhook ends at its sender; samples are
removed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.builder import Builder
from tests.browser.conftest import OpenPage
from tests.browser.local_service import serving
from tests.browser.scenes import titled
from tests.browser.test_pages import keep, look, serious_findings
from tests.e2e.flow_building import account_of, eventually, make_flow, mapping, operate, piece_trigger
from tests.e2e.server_process import Account, Server, StartServer
from tests.faults.pieces import install


@dataclass
class Harbour:
    """What the service knows, newest first, and how it answers."""

    ships: list[dict[str, Any]] = field(default_factory=lambda: [{"id": 1, "name": "Rocinante"}])
    status: int = 200

    def answer(self, _path: str) -> tuple[int, object]:
        return self.status, self.ships

    def arrive(self, name: str) -> None:
        self.ships.insert(0, {"id": len(self.ships) + 1, "name": name})


@pytest.fixture(scope="module")
def coast(start_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server that has the pieces `harbour` and `beacon`."""
    sources = {"harbour": Path(__file__).with_name("harbour_piece.py"), "beacon": Path(__file__).parents[1] / "e2e/beacon_piece.py"}
    with pytest.MonkeyPatch.context() as patch:
        for name, source in sources.items():
            install(tmp_path_factory.mktemp(name), name, source.read_text(), patch)
        return start_server(log_level="warn", allow_open_sign_up=True)


@pytest.fixture(scope="module")
def account(coast: Server) -> Iterator[Account]:
    yield from account_of(coast)


def test_a_trigger_that_fails_and_recovers(coast: Server, account: Account, open_page: OpenPage) -> None:
    harbour = Harbour()
    with serving(harbour.answer) as address:
        trigger = titled(piece_trigger("harbour", "1.0.0", "ship_came_in", url=address), "A ship comes in")
        flow = make_flow(account, trigger, mapping("step_1", ship="{{trigger['name']}}"))["id"]

        def health() -> dict[str, Any]:
            return account.client.get(f"/triggers/{flow}/health").json()

        page = open_page(account.session, url=coast.url)
        eventually(lambda: health()["lastRun"])
        page.goto(f"/flows/{flow}?step=trigger")
        section = page.get_by_role("region", name="Health")
        expect(section.get_by_role("status")).to_have_text("Works")
        expect(section.get_by_role("list", name="Last polls")).to_contain_text("nothing new")

        # a run that the poll has started tells that there is news
        harbour.arrive("Nautilus")
        expect(section.get_by_role("list", name="Last polls")).to_contain_text("1 item, 1 run")

        # a poll that fails is told, here and in the list of flows
        flows = open_page(account.session, url=coast.url)
        flows.goto("/flows")
        expect(flows.get_by_role("switch", name="is enabled")).to_be_checked()
        mark = flows.get_by_role("link", name="Trigger fails")
        expect(mark).to_have_count(0)
        harbour.status = 503
        expect(section.get_by_role("status")).to_have_text("Failing")
        expect(section).to_contain_text("The harbour master answers 503")
        expect(section).to_contain_text("once")
        section.scroll_into_view_if_needed()
        look(page, "trigger-failing")
        look_at_the_mark(flows, mark)

        # published again it is asked at its usual interval, and what came in meanwhile is not lost
        harbour.arrive("Pequod")
        harbour.status = 200
        builder = Builder(page)
        builder.rename("A ship has come in")
        builder.publish()
        expect(section.get_by_role("status")).to_have_text("Works")
        expect(section).to_contain_text("The harbour master answers 503")  # the last error stays to be read
        expect(mark).to_have_count(0)

        page.get_by_role("banner").get_by_role("switch").click()
        expect(section.get_by_role("status")).to_have_text("Off")
        expect(section).to_contain_text("The flow is off")


def look_at_the_mark(flows: Page, mark: Locator) -> None:
    """The mark that has come says what is wrong, also to the keyboard, is there after a reload, and leads to the trigger."""
    for reload in (False, True):
        if reload:
            flows.reload()
        mark.focus()
        flows.keyboard.press("Shift+Tab")
        flows.keyboard.press("Tab")
        expect(mark).to_be_focused()
        expect(flows.locator("mat-tooltip-component")).to_contain_text("The harbour master answers 503")
        expect(mark).to_have_accessible_description(re.compile(r"Failed once \(.*\)\. The harbour master answers 503"))
    look(flows, "flows-failing")
    mark.click()
    expect(flows.get_by_role("region", name="Health").get_by_role("status")).to_have_text("Failing")
    flows.go_back()
    expect(mark).to_be_visible()


def test_a_trigger_that_does_not_listen_says_so_until_it_does(coast: Server, account: Account, open_page: OpenPage) -> None:
    def beacon(name: str) -> dict[str, Any]:
        return titled(piece_trigger("beacon", "1.0.0", "seen", name=name), "A beacon is lit")

    def refuse(refusing: bool) -> None:
        entry = {"projectId": account.project_id, "key": "refusing", "value": refusing}
        assert account.client.post("/store-entries", json=entry).status_code == 200

    flow = make_flow(account, beacon("Nardol"), mapping("step_1"))["id"]
    page = open_page(account.session, url=coast.url)
    page.goto(f"/flows/{flow}?step=trigger")
    section = page.get_by_role("region", name="Health")
    expect(section.get_by_role("status")).to_have_text("Listening")
    refuse(True)
    operate(account, flow, "UPDATE_TRIGGER", beacon("Erelas"))
    refused = account.client.post(f"/flows/{flow}", json={"type": "LOCK_AND_PUBLISH", "request": {}})
    assert refused.json()["code"] == "TRIGGER_UPDATE_STATUS"

    expect(section.get_by_role("status")).to_have_text("Failing")
    expect(section).to_contain_text("It does not listen: it could not be switched on.")
    expect(section).to_contain_text("Next attempt")
    expect(section).to_contain_text("the warden refuses")
    section.scroll_into_view_if_needed()
    look(page, "trigger-deaf")

    refuse(False)
    operate(account, flow, "UPDATE_TRIGGER", beacon("Nardol"))
    operate(account, flow, "LOCK_AND_PUBLISH", {})
    expect(section.get_by_role("status")).to_have_text("Listening")


def test_a_trial_ends_at_its_sender_and_samples_are_removed(coast: Server, account: Account, open_page: OpenPage) -> None:
    trigger = titled(piece_trigger("beacon", "1.0.0", "seen", name="Amon Din"), "A beacon is lit")
    flow = make_flow(account, trigger, mapping("step_1"), publish=False)["id"]

    def registered() -> Any:
        query = {"projectId": account.project_id, "key": "testregistered"}
        answer = account.client.get("/store-entries", params=query)
        return answer.json()["value"] if answer.status_code == 200 else None

    for number in range(3):
        body = {"projectId": account.project_id, "flowId": flow, "mockData": {"fires": number}}
        assert account.client.post("/trigger-events", json=body).status_code == 200
    page = open_page(account.session, url=coast.url)
    page.goto(f"/flows/{flow}?step=trigger")
    expect(page.get_by_role("region", name="Health")).to_have_count(0)
    page.get_by_role("tab", name="Test").click()
    page.get_by_role("button", name="Wait for an event").click()
    waiting = page.get_by_role("region", name="Waiting for an event")
    expect(waiting).to_contain_text("the test address is registered there")
    expect(waiting).to_contain_text("15 minutes")
    assert registered().endswith(f"/webhooks/{flow}/test")
    keep(page, "trigger-trial")
    waiting.get_by_role("button", name="Stop waiting").click()
    eventually(lambda: registered() is None)

    events = page.get_by_role("group", name="Received so far")
    expect(events.get_by_role("radio")).to_have_count(3)
    removal = events.get_by_role("button")
    removal.nth(1).press("Enter")
    expect(events.get_by_role("radio")).to_have_count(2)
    expect(removal.nth(1)).to_be_focused()
    assert serious_findings(page) == []
    left = account.client.get("/trigger-events", params={"projectId": account.project_id, "flowId": flow}).json()["data"]
    assert [event["payload"]["fires"] for event in left] == [2, 0]
