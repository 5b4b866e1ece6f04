"""Approval links: programs resume with them at once, people are asked first (docs/decisions/0017)."""

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from tests.e2e.flow_building import Step, action, eventually, make_flow, only_run, respond, run_in, webhook_trigger
from tests.e2e.server_process import Account

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "accept-language": "en-GB,en;q=0.9"}
RECORDED = {"message": "Your response has been recorded. You can close this page now."}
EXPIRED = {"message": "This link has expired. The action may have already been processed."}
LINKS = ("approvalLink", "disapprovalLink", "reviewLink")


def approval(name: str, kind: str) -> Step:
    return action(name, "approval", "0.1.19", kind)


def asked(owner: Account, anonymous: httpx.Client, *between: Step) -> tuple[str, dict[str, str]]:
    """A run that waits for an approval, and its links."""
    links = {name: f"{{{{links['{name}']}}}}" for name in LINKS}
    hand_out = respond("hand_out", links)
    hand_out["settings"]["input"]["respond"] = "respond"
    flow = make_flow(
        owner, webhook_trigger(), approval("links", "create_approval_links"), hand_out, *between, approval("wait", "wait_for_approval")
    )
    handed = anonymous.post(f"/webhooks/{flow['id']}/sync", json={}).json()
    return only_run(owner, flow["id"])["id"], handed


def decision(owner: Account, run_id: str) -> Any:
    return run_in(owner, run_id, "SUCCEEDED")["steps"]["wait"]["output"]


def buttons(page: httpx.Response) -> list[str]:
    """Where the page's buttons lead."""
    return [urljoin(str(page.url), unescape(target)) for target in re.findall(r'<button[^>]* formaction="([^"]+)"', page.text)]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_programs_resume_at_once(method: str, owner: Account, anonymous: httpx.Client) -> None:
    run_id, links = asked(owner, anonymous)
    run_in(owner, run_id, "PAUSED")
    first = anonymous.request(method, links["approvalLink"])
    assert (first.status_code, first.json()) == (200, RECORDED)
    assert decision(owner, run_id) == {"approved": True}
    assert anonymous.request(method, links["approvalLink"]).json() == EXPIRED


def test_a_person_is_asked_first(owner: Account, anonymous: httpx.Client) -> None:
    run_id, links = asked(owner, anonymous)
    run_in(owner, run_id, "PAUSED")
    for _ in range(2):
        page = anonymous.get(links["disapprovalLink"], headers=BROWSER)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert page.headers["cache-control"] == "no-store"
        assert "Live" in page.text
        assert "Wait" in page.text
        assert "Answer until" in page.text
    (target,) = buttons(page)
    assert "action=disapprove" in target
    assert owner.client.get(f"/flow-runs/{run_id}").json()["status"] == "PAUSED"

    answered = anonymous.post(target, data={"comment": "Too expensive"}, headers=BROWSER)
    assert answered.status_code == 200
    assert "Recorded: disapproved" in answered.text
    assert decision(owner, run_id) == {"approved": False, "comment": "Too expensive"}
    for again in (anonymous.post(target, data={"comment": ""}, headers=BROWSER), anonymous.get(links["approvalLink"], headers=BROWSER)):
        assert again.status_code == 200
        assert "This has been answered already" in again.text
        assert buttons(again) == []


def test_a_review_link_offers_both(owner: Account, anonymous: httpx.Client) -> None:
    run_id, links = asked(owner, anonymous)
    run_in(owner, run_id, "PAUSED")
    scanned = anonymous.get(links["reviewLink"])  # also for programs that name no content type: nothing but the button resumes
    approve, disapprove = buttons(scanned)
    assert "action=approve" in approve
    assert "action=disapprove" in disapprove
    assert owner.client.get(f"/flow-runs/{run_id}").json()["status"] == "PAUSED"
    assert anonymous.post(approve).json() == RECORDED
    assert decision(owner, run_id) == {"approved": True}
    assert anonymous.post(disapprove).json() == EXPIRED


def test_a_scanner_that_sends_head_resumes_nothing(owner: Account, anonymous: httpx.Client) -> None:
    run_id, links = asked(owner, anonymous)
    run_in(owner, run_id, "PAUSED")
    for link in links.values():
        seen = anonymous.head(link)
        assert (seen.status_code, seen.content) == (200, b"")
    assert owner.client.get(f"/flow-runs/{run_id}").json()["status"] == "PAUSED"


def test_the_buttons_keep_what_the_link_says(owner: Account, anonymous: httpx.Client) -> None:
    run_id, links = asked(owner, anonymous)
    run_in(owner, run_id, "PAUSED")
    for target in buttons(anonymous.get(f"{links['reviewLink']}?chat_id=7&chat_id=8&note=%22a%26b%22", headers=BROWSER)):
        assert httpx.URL(target).params.get_list("chat_id") == ["7", "8"]
        assert httpx.URL(target).params["note"] == '"a&b"'
    (other,) = buttons(anonymous.get(links["approvalLink"].replace("approve", "later"), headers=BROWSER))
    assert anonymous.post(other).json() == RECORDED
    assert decision(owner, run_id) == {"approved": False}


def test_a_link_without_an_answer_stays_the_wires_in_a_browser(owner: Account, anonymous: httpx.Client) -> None:
    run_id, links = asked(owner, anonymous)
    run_in(owner, run_id, "PAUSED")
    assert anonymous.get(links["approvalLink"].partition("?")[0], headers=BROWSER).json() == RECORDED
    assert decision(owner, run_id) == {"approved": False}


def test_an_answer_is_one_to_what_was_shown(owner: Account, anonymous: httpx.Client) -> None:
    """The older links mean whatever the run waits for; the page's buttons mean the request that stood on it."""
    run_id, links = asked(owner, anonymous, approval("first", "wait_for_approval"))
    run_in(owner, run_id, "PAUSED")
    (target,) = buttons(anonymous.get(links["approvalLink"], headers=BROWSER))
    assert "Recorded: approved" in anonymous.post(target, headers=BROWSER).text

    def second() -> Any:
        run = owner.client.get(f"/flow-runs/{run_id}").json()
        return run["status"] == "PAUSED" and run["steps"].get("wait")

    eventually(second)
    assert "This has been answered already" in anonymous.post(target, headers=BROWSER).text
    assert owner.client.get(f"/flow-runs/{run_id}").json()["status"] == "PAUSED"
    (next_target,) = buttons(anonymous.get(links["disapprovalLink"], headers=BROWSER))
    anonymous.post(next_target, headers=BROWSER)
    assert decision(owner, run_id) == {"approved": False}


def test_who_comes_too_early_or_too_late_is_told(owner: Account, anonymous: httpx.Client) -> None:
    delay = action("pause", "delay", "0.3.27", "delayFor", unit="seconds", delayFor=600)
    run_id, links = asked(owner, anonymous, delay)
    run_in(owner, run_id, "PAUSED")
    early = anonymous.get(links["approvalLink"], headers=BROWSER)
    assert "The flow does not wait yet" in early.text
    assert buttons(early) == []
    owner.client.post("/flow-runs/cancel", json={"projectId": owner.project_id, "flowRunIds": [run_id]})
    run_in(owner, run_id, "CANCELED")
    assert "The flow does not wait any more" in anonymous.get(links["approvalLink"], headers=BROWSER).text


def test_an_unknown_link_leads_nowhere(owner: Account, anonymous: httpx.Client) -> None:
    for path in (f"waitpoints/{'y' * 21}/confirm", f"waitpoints/{'y' * 21}?action=approve", "requests/any/confirm"):
        page = anonymous.get(f"/flow-runs/{'x' * 21}/{path}", headers={**BROWSER, "accept-language": "de"})
        assert page.status_code == 404
        assert "Dieser Link führt nirgendwohin" in page.text
    assert anonymous.post(f"/flow-runs/{'x' * 21}/waitpoints/{'y' * 21}/confirm", headers=BROWSER).status_code == 404
    refused = anonymous.post(f"/flow-runs/{'x' * 21}/waitpoints/{'y' * 21}/confirm?action=approve")
    assert (refused.status_code, refused.json()["code"]) == (404, "ENTITY_NOT_FOUND")


def test_an_answer_before_the_pause_is_kept(owner: Account, anonymous: httpx.Client) -> None:
    """A link that names its waitpoint may be opened before the run has come there."""
    delay = action("pause", "delay", "0.3.27", "delayFor", unit="seconds", delayFor=600)
    run_id, _ = asked(owner, anonymous, delay)
    run_in(owner, run_id, "PAUSED")
    page = anonymous.get(f"/flow-runs/{run_id}/waitpoints/{'z' * 21}/confirm", headers=BROWSER)
    assert len(buttons(page)) == 2
    assert "Asked" not in page.text
