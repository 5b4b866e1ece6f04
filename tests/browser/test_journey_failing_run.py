"""From the runs table to the failing step's error in two clicks, then retrying from that step (the third journey)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.builder import Builder
from tests.browser.conftest import OpenPage
from tests.browser.local_service import serving
from tests.browser.scenes import titled
from tests.e2e.flow_building import action, eventually, make_flow, mapping, operate, run_in, runs_of, webhook_trigger
from tests.e2e.server_process import Account, Server


@dataclass
class Shop:
    """A service that is out of order until it is mended."""

    works: bool = False
    calls: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, path: str) -> tuple[int, object]:
        """What it answers at the moment."""
        self.calls.append(path)
        return (200, {"stock": 7}) if self.works else (503, {"error": "the warehouse is closed"})


@pytest.fixture
def shop() -> Iterator[Shop]:
    """The service, running."""
    service = Shop()
    with serving(service.answer) as service.address:
        yield service


def test_a_failing_run_is_found_understood_and_retried(
    server: Server, new_user: Callable[[], dict[str, Any]], open_page: OpenPage, shop: Shop
) -> None:
    session = new_user()
    with server.client(session["token"]) as client:
        understand_and_retry(Account(session, client), open_page(session), shop)


def understand_and_retry(account: Account, page: Page, shop: Shop) -> None:
    """The journey."""
    ask = action(
        "step_2",
        "http",
        "0.11.9",
        "send_request",
        method="GET",
        url=f"{shop.address}/stock",
        headers={},
        queryParams={},
        authType="NONE",
        authFields={},
    )
    before, after = mapping("step_1", sku="PW-1"), mapping("step_3", left="{{step_2['body']['stock']}}")
    flow = make_flow(
        account, webhook_trigger(), titled(before, "Pick the article"), titled(ask, "Ask for the stock"), titled(after, "Note it")
    )
    operate(account, flow["id"], "CHANGE_NAME", {"displayName": "Stock"})
    operate(account, flow["id"], "LOCK_AND_PUBLISH", {})
    account.client.post(f"/webhooks/{flow['id']}", json={})
    failed = eventually(lambda: [run for run in runs_of(account, flow["id"]) if run["status"] == "FAILED"])[0]["id"]

    # two clicks: the runs, the run
    page.goto("/flows")
    page.get_by_role("navigation").get_by_role("link", name="Runs").click()
    page.get_by_role("table", name="Runs").get_by_role("link", name="Stock").first.click()
    builder = Builder(page)
    expect(builder.panel).to_contain_text("the warehouse is closed")
    expect(builder.panel).to_contain_text("Ask for the stock")

    # mended and retried: the same run goes on at the failed step
    shop.works = True
    page.locator("pw-run-banner").get_by_role("button", name="Retry").click()
    page.get_by_role("menuitem", name="From the failed step").click()
    expect(page.locator("pw-run-banner")).to_contain_text("Succeeded")
    run = run_in(account, failed, "SUCCEEDED")
    assert run["steps"]["step_3"]["output"] == {"left": 7}
    assert shop.calls == ["/stock", "/stock"]
    builder.card("step_3").click()
    expect(builder.panel).to_contain_text("left")
