"""Published pieces, unmodified, and the services that they speak to: a real MariaDB, stand-ins for Slack and for a WooCommerce shop.

The Slack piece calls https://slack.com: for the server of these tests that name means the stand-in, whose certificate it is told to trust
(NODE_EXTRA_CA_CERTS). Where bubblewrap is there, the pieces run in it.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.bubblewrap import bubblewrap_works
from tests.e2e.connecting import connected, upsert
from tests.e2e.flow_building import (
    Step,
    account_of,
    action,
    eventually,
    install,
    make_flow,
    only_run,
    operate,
    piece_trigger,
    run_in,
    runs_of,
    webhook_trigger,
)
from tests.e2e.server_process import Account, Server, StartServer
from tests.e2e.stand_ins import Asked, StandIn, names_can_be_changed, own_address, under_names, with_certificate, write_hosts
from tests.http_servers import serving
from tests.unit.pieces.servers import mariadb

PIECES = {"mysql": "0.2.7", "slack": "0.17.9", "woocommerce": "0.4.0"}
EARLY_SLACK = "0.2.0"
WOOCOMMERCE = "@activepieces/piece-woocommerce"
BOT = {"type": "CUSTOM_AUTH", "props": {"botToken": "xoxb-planted-2718"}}


class Slack:
    """As much of Slack's API as the pieces need here."""

    @staticmethod
    def answer(asked: Asked) -> Any:
        if not asked.headers.get("authorization", "").startswith("Bearer xox"):
            return {"ok": False, "error": "invalid_auth"}
        match asked.path.removeprefix("/api/"):
            case "auth.test":
                return {"ok": True, "team_id": "T1", "user_id": "U1"}
            case "conversations.list":
                return {"ok": True, "channels": [{"id": "C1", "name": "general"}]}
            case "chat.postMessage":
                return {"ok": True, "channel": asked.body["channel"], "ts": "1700000000.000100"}
            case "chat.update":
                return {"ok": True, "ts": asked.body["ts"]}
            case _:
                return None


class Shop:
    """As much of WooCommerce's API: its webhooks."""

    webhooks: dict[int, dict[str, Any]]

    def __init__(self) -> None:
        self.webhooks = {}

    def answer(self, asked: Asked) -> Any:
        if asked.method == "POST" and asked.path == "/wp-json/wc/v3/webhooks":
            number = len(self.webhooks) + 1
            self.webhooks[number] = asked.body
            return {"id": number, **asked.body}
        if asked.method == "DELETE":
            return self.webhooks.pop(int(asked.path.rpartition("/")[2]))
        return [] if asked.method == "GET" else None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("services")


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


@pytest.fixture(scope="module")
def slack(folder: Path, shop: Shop) -> Iterator[StandIn]:
    """Slack; the shop is there, too."""
    if not names_can_be_changed():
        pytest.skip("this machine lets nobody change what a name means, or listen on port 443")
    answers = {"slack.com": Slack.answer, "shop.test": shop.answer}
    addresses = {name: own_address() for name in answers}
    servers = {name: StandIn(answers[name], address, 443) for name, address in addresses.items()}
    certificates = [with_certificate(server, name, folder) for name, server in servers.items()]
    write_hosts(folder / "hosts", addresses)
    with ExitStack() as opened:
        environment = opened.enter_context(pytest.MonkeyPatch.context())
        environment.setenv("NODE_EXTRA_CA_CERTS", str(trusting(certificates, folder / "trusted.pem")))
        for server in servers.values():
            opened.enter_context(serving(server))
        yield servers["slack.com"]


def trusting(certificates: list[Path], bundle: Path) -> Path:
    """This machine's additional certificates, without which it may not reach the registry, and these."""
    own = os.environ.get("NODE_EXTRA_CA_CERTS")
    bundle.write_text("\n".join(path.read_text() for path in [*([Path(own)] if own else []), *certificates]))
    return bundle


@pytest.fixture(scope="module")
def services_server(start_server: StartServer, slack: StandIn, folder: Path) -> Server:
    mode = "SANDBOX_CODE_AND_PROCESS" if bubblewrap_works() else "UNSANDBOXED"
    prefer = ",".join(f"@activepieces/piece-{name}" for name in PIECES)
    return start_server(within=under_names(folder / "hosts"), prefer_npm_pieces=prefer, execution_mode=mode)


@pytest.fixture(scope="module")
def account(services_server: Server) -> Iterator[Account]:
    for account in account_of(services_server):
        install(account, PIECES)
        install(account, {"slack": EARLY_SLACK})
        yield account


def ran(account: Account, *steps: Step) -> dict[str, Any]:
    """The run of a flow with these steps, ended."""
    flow = make_flow(account, webhook_trigger(), *steps)
    account.client.post(f"/webhooks/{flow['id']}", json={})
    return run_in(account, only_run(account, flow["id"])["id"], "SUCCEEDED", "FAILED")


def form(account: Account, piece: str, owner: str, name: str, version: str | None = None, **given: Any) -> Any:
    flow = make_flow(account, webhook_trigger(), publish=False)
    body = {
        "projectId": account.project_id,
        "pieceName": f"@activepieces/piece-{piece}",
        "pieceVersion": version or PIECES[piece],
        "actionOrTriggerName": owner,
        "propertyName": name,
        "flowId": flow["id"],
        "flowVersionId": flow["version"]["id"],
        "input": given,
    }
    answer = account.client.post("/pieces/options", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["options"]["options"]


def test_mysql(account: Account, folder: Path) -> None:
    with mariadb(folder) as port:
        value = {"host": "127.0.0.1", "port": port, "user": "tester", "password": "s3cret", "database": "shop"}
        connected(account, "shop", {"type": "CUSTOM_AUTH", "props": value}, "@activepieces/piece-mysql")
        version, auth = PIECES["mysql"], "{{connections['shop']}}"
        run = ran(
            account,
            action("make", "mysql", version, "execute_query", auth=auth, query="CREATE TABLE orders (id BIGINT, title TEXT)"),
            action("add", "mysql", version, "insert_row", auth=auth, table="orders", values={"id": 9007199254740993, "title": "O'Brien"}),
            action(
                "find", "mysql", version, "find_rows", auth=auth, table="orders", condition="title = ?", args=["O'Brien"], columns=["title"]
            ),
            action("exact", "mysql", version, "execute_query", auth=auth, query="SELECT CAST(id AS CHAR) AS id FROM orders"),
            action("list", "mysql", version, "get_tables", auth=auth),
        )
        assert run["status"] == "SUCCEEDED", run["failedStep"]
        outputs = {name: step["output"] for name, step in run["steps"].items()}
        assert outputs["find"] == {"results": [{"title": "O'Brien"}]}
        assert outputs["exact"] == {"results": [{"id": "9007199254740993"}]}  # no JavaScript has rounded it on its way in
        assert outputs["list"] == {"tables": ["orders"]}
        assert form(account, "mysql", "insert_row", "table", auth=auth) == [{"label": "orders", "value": "orders"}]
        assert "s3cret" not in str(run)


def test_slack_in_two_versions_side_by_side(account: Account, slack: StandIn) -> None:
    """The newest, with a connection that the piece has tried, and one of the first generation, whose connection is an ordinary property."""
    connected(account, "bot", BOT, "@activepieces/piece-slack")
    assert slack.asked[-1].path == "/api/auth.test"
    refused = upsert(account, "no bot", {"type": "CUSTOM_AUTH", "props": {"botToken": "nonsense"}}, "@activepieces/piece-slack")
    assert refused.status_code == 400
    auth, token = "{{connections['bot']}}", {"type": "OAUTH2", "access_token": "xoxp-1"}
    run = ran(
        account,
        action("new", "slack", PIECES["slack"], "send_channel_message", auth=auth, channel="C1", text="from the newest", sendAsBot=True),
        action("old", "slack", EARLY_SLACK, "send_channel_message", authentication=token, channel="C1", text="from the first"),
    )
    assert run["status"] == "SUCCEEDED", run["failedStep"]
    sent = [asked for asked in slack.asked if asked.path == "/api/chat.postMessage"]
    assert [(asked.body["text"], asked.headers["authorization"]) for asked in sent] == [
        ("from the newest", "Bearer xoxb-planted-2718"),
        ("from the first", "Bearer xoxp-1"),
    ]
    assert form(account, "slack", "send_channel_message", "channel", auth=auth) == [{"label": "general", "value": "C1"}]
    offered = form(account, "slack", "send_channel_message", "channel", EARLY_SLACK, authentication=token)
    assert offered == [{"label": "general", "value": "C1"}]
    assert "planted-2718" not in str(run)


def test_a_slack_approval_pauses_the_run(account: Account, slack: StandIn) -> None:
    step = action("ask", "slack", PIECES["slack"], "request_approval_message", auth=BOT, channel="C1", text="May I?")
    flow = make_flow(account, webhook_trigger(), step)
    account.client.post(f"/webhooks/{flow['id']}", json={})
    run = run_in(account, only_run(account, flow["id"])["id"], "PAUSED", "FAILED")
    shown = next(asked for asked in reversed(slack.asked) if asked.path == "/api/chat.update")
    buttons = shown.body["blocks"] if isinstance(shown.body["blocks"], str) else str(shown.body["blocks"])
    link = next(text for text in buttons.replace("'", '"').split('"') if "action=approve" in text)
    answer = httpx.post(link, json={}, trust_env=False)
    assert answer.status_code == 200
    output = run_in(account, run["id"], "SUCCEEDED")["steps"]["ask"]["output"]
    assert output == {"approved": True, "messageTs": "1700000000.000100"}


def test_a_webhook_trigger_tells_the_service_where_to_call(account: Account, shop: Shop) -> None:
    props = {"baseUrl": "https://shop.test", "consumerKey": "ck_1", "consumerSecret": "cs_planted"}
    plain = upsert(account, "plain", {"type": "CUSTOM_AUTH", "props": props | {"baseUrl": "http://shop.test"}}, WOOCOMMERCE)
    assert (plain.status_code, plain.json()["params"]["error"][:30]) == (400, "Base URL must start with https")
    connected(account, "store", {"type": "CUSTOM_AUTH", "props": props}, WOOCOMMERCE)
    trigger = piece_trigger("woocommerce", PIECES["woocommerce"], "$woocommerce_trigger_product_created", auth="{{connections['store']}}")
    flow = make_flow(account, trigger)
    (webhook,) = shop.webhooks.values()
    assert webhook["topic"] == "product.created"
    assert webhook["delivery_url"].endswith(f"/v1/webhooks/{flow['id']}")
    path = f"/webhooks/{flow['id']}"
    shaken = account.client.post(path, data={"webhook_id": "1"})
    assert (shaken.status_code, shaken.json()) == (200, {"webhook_id": "1"})
    assert runs_of(account, flow["id"]) == []
    account.client.post(path, json={"id": 20, "name": "A book"})
    (run,) = eventually(lambda: runs_of(account, flow["id"]))
    assert run_in(account, run["id"], "SUCCEEDED")["steps"]["trigger"]["output"] == {"id": 20, "name": "A book"}
    operate(account, flow["id"], "LOCK_AND_PUBLISH", {})
    assert list(shop.webhooks) == [1]  # the same trigger as before: nothing is registered anew
    operate(account, flow["id"], "CHANGE_STATUS", {"status": "DISABLED"})
    assert shop.webhooks == {}


def test_a_service_that_refuses_keeps_the_flow_off(account: Account, shop: Shop) -> None:
    props = {"baseUrl": "https://shop.test/closed", "consumerKey": "ck_1", "consumerSecret": "cs_planted"}
    auth = {"type": "CUSTOM_AUTH", "props": props}
    flow = make_flow(
        account, piece_trigger("woocommerce", PIECES["woocommerce"], "$woocommerce_trigger_product_created", auth=auth), publish=False
    )
    refused = account.client.post(f"/flows/{flow['id']}", json={"type": "LOCK_AND_PUBLISH", "request": {}})
    assert refused.status_code >= 400
    assert "404" in refused.text
    assert "cs_planted" not in refused.text
    assert account.client.get(f"/flows/{flow['id']}").json()["status"] == "DISABLED"
    assert shop.webhooks == {}


def test_a_certificate_that_nobody_trusts_is_refused(account: Account, folder: Path) -> None:
    """The piece's HTTP client switches the check off before each request; that has no effect. It says what is wrong."""
    server = StandIn(Shop().answer)
    with_certificate(server, "shop.test", folder)
    with serving(server):
        props = {"baseUrl": server.url.replace("http:", "https:"), "consumerKey": "ck", "consumerSecret": "cs"}
        run = ran(
            account,
            action("find", "woocommerce", PIECES["woocommerce"], "custom_api_call", auth={"type": "CUSTOM_AUTH", "props": props},
                   url={"url": "/products"}, method="GET", headers={}, queryParams={}),
        )  # fmt: skip
    assert run["status"] == "FAILED"
    assert "certificate" in run["steps"]["find"]["errorMessage"]
    assert server.asked == []
