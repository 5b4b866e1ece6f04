"""Two people on one flow, and a server that is killed while they edit (the fourth journey)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.builder import Builder
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.scenes import titled
from tests.e2e.flow_building import make_flow, mapping, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer


def started_again(server: Server) -> Server:
    """The server, killed before, on the same port and data."""
    port = urlsplit(server.url).port
    command = [sys.executable, "-m", "piecework.server", "serve", "--port", str(port), "--data-dir", str(server.data_dir)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AP_")} | {"AP_ALLOW_OPEN_SIGN_UP": "true"}
    with Path(f"{server.data_dir}.log").open("ab") as log:
        return Server(server.url, server.data_dir, subprocess.Popen(command, env=environment, stdout=log, stderr=log))


def test_nothing_is_lost_when_the_server_dies(start_server: StartServer, open_page: OpenPage, complaints: Complaints) -> None:
    complaints.expected += ["ERR_CONNECTION_REFUSED", "WebSocket connection", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET"]
    server = start_server(allow_open_sign_up=True, log_level="warn")
    ada = server.sign_up("ada@example.com", firstName="Ada", lastName="Lovelace")
    with server.client(ada["token"]) as client:
        edit_together(server, Account(ada, client), open_page)


def edit_together(server: Server, account: Account, open_page: OpenPage) -> None:
    """The journey."""
    ada = account.session
    flow = make_flow(
        account, webhook_trigger(), titled(mapping("step_1", x="1"), "First"), titled(mapping("step_2", x="2"), "Second"), publish=False
    )["id"]
    invitation = account.client.post("/user-invitations", json={"email": "grace@example.com", "type": "PLATFORM", "platformRole": "ADMIN"})
    token = re.search(r"token=([^&\"]+)", invitation.text)
    if token:
        account.client.post("/user-invitations/accept", json={"invitationToken": token[1]})
    grace = server.sign_up("grace@example.com", firstName="Grace", lastName="Hopper")
    hers, his = open_page({**grace, "projectId": ada["projectId"]}, url=server.url), open_page(ada, url=server.url)
    left, right = Builder(his), Builder(hers)
    for builder in (left, right):
        builder.page.goto(f"/flows/{flow}")
        builder.step("step_2").wait_for()

    # each is told of the other, and sees the other's edits
    expect(
        his.get_by_role("banner")
        .get_by_title(re.compile("Grace Hopper"))
        .or_(his.get_by_role("banner").get_by_label(re.compile("Grace Hopper")))
        .first
    ).to_be_visible()
    left.open_step("step_1")
    left.rename("Renamed by Ada")
    expect(right.step("step_1")).to_contain_text("Renamed by Ada")

    # the server is killed in the middle of an edit; the work goes on in the browser, and its state is shown
    server.process.kill()
    server.process.wait()
    left.open_step("step_2")
    left.rename("Renamed while the server was away")
    expect(his.get_by_role("banner").get_by_role("status", name=re.compile("^Offline"))).to_be_visible()
    expect(left.step("step_2")).to_contain_text("Renamed while the server was away")

    # it comes back: everything is saved, both see it
    again = started_again(server)
    try:
        expect(his.get_by_role("banner").get_by_role("status", name="Saved")).to_be_visible()
        expect(right.step("step_2")).to_contain_text("Renamed while the server was away")
        trigger = account.client.get(f"/flows/{flow}").json()["version"]["trigger"]
        assert trigger["nextAction"]["displayName"] == "Renamed by Ada"
        assert trigger["nextAction"]["nextAction"]["displayName"] == "Renamed while the server was away"
    finally:
        again.stop()
