"""Published pieces, unmodified, end to end: installed from the npm registry through the API and run.

The native pieces of the same names are told to stand back (AP_PREFER_NPM_PIECES). What needs somebody else's server talks to a stand-in.
"""

import base64
import json
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.flow_building import (
    Step,
    account_of,
    action,
    eventually,
    install,
    make_flow,
    only_run,
    piece_trigger,
    run_in,
    runs_of,
    webhook_trigger,
)
from tests.e2e.server_process import Account, Server, StartServer
from tests.e2e.test_schedules import make_due
from tests.http_servers import Answering, server_of, serving, url_of

PIECES = {
    "data-mapper": "0.3.15",
    "delay": "0.3.26",
    "image-helper": "0.1.21",
    "schedule": "0.1.5",
    "store": "0.6.20",
    "subflows": "0.6.3",
    "webhook": "0.1.29",
    "wordpress": "0.7.0",
}
NATIVE_TOO = ("data-mapper", "delay", "image-helper", "schedule", "store", "subflows", "webhook")


def settings() -> dict[str, Any]:
    return {"prefer_npm_pieces": ",".join(f"@activepieces/piece-{name}" for name in NATIVE_TOO)}


@pytest.fixture(scope="module")
def npm_server(start_server: StartServer) -> Server:
    return start_server(**settings())


@pytest.fixture(scope="module")
def account(npm_server: Server) -> Iterator[Account]:
    for account in account_of(npm_server):
        install(account, PIECES)
        yield account


class WordPress(Answering):
    """As much of WordPress's REST API as the piece needs here. `seen` is what it was asked."""

    posts = ({"id": 1, "title": {"rendered": "First"}, "date": "2026-01-01T00:00:01"},)
    seen: list[tuple[str, str, Any, str | None]] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self._answer([{"id": 1, "name": "admin"}] if "/users" in self.path else list(self.posts))

    def do_POST(self) -> None:
        body = json.loads(self.body())
        self._answer({"id": 9, **body}, body)

    def _answer(self, value: Any, body: Any = None) -> None:
        self.seen.append((self.command, self.path.partition("?")[0], body, self.headers.get("authorization")))
        self.answer_json(value, **{"x-wp-totalpages": "1"})


@pytest.fixture(scope="module")
def wordpress() -> Iterator[dict[str, Any]]:
    """A connection to the stand-in."""
    with serving(server_of(WordPress)) as server:
        yield {"type": "CUSTOM_AUTH", "props": {"username": "ada", "password": "s3cret", "website_url": url_of(server)}}


def called(account: Account, flow: dict[str, Any], body: Any) -> Any:
    return account.client.post(f"/webhooks/{flow['id']}/sync", json=body)


def test_webhook_store_and_data_mapper(account: Account) -> None:
    """A flow of which nothing is native: the trigger, the steps and the answer are the published pieces."""
    version = PIECES["webhook"]
    answer = {"status": 201, "headers": {"x-from": "npm"}, "body": {"was": "{{get}}", "mapped": "{{map['n']}}"}}
    flow = make_flow(
        account,
        piece_trigger("webhook", version, "catch_webhook", authType="none", authFields={}),
        action("put", "store", PIECES["store"], "put", key="count", value="{{trigger['body']['n']}}", store_scope="COLLECTION"),
        action("get", "store", PIECES["store"], "get", key="count", store_scope="COLLECTION"),
        action("map", "data-mapper", PIECES["data-mapper"], "advanced_mapping", mapping={"n": "{{trigger['body']['n']}}"}),
        action("reply", "webhook", version, "return_response", responseType="json", fields=answer, respond="stop"),
    )
    said = called(account, flow, {"n": 7})
    assert (said.status_code, said.headers["x-from"], said.json()) == (201, "npm", {"was": "7", "mapped": 7})
    stored = account.client.get("/store-entries", params={"key": "count", "projectId": account.project_id})
    assert stored.json()["value"] == "7"


def test_the_image_helper_and_its_native_code(account: Account) -> None:
    image = f"data:image/png;base64,{base64.b64encode(png(40, 30)).decode()}"
    version = PIECES["image-helper"]
    flow = make_flow(
        account,
        webhook_trigger(),
        action("resize", "image-helper", version, "resize_image", image=image, width=20, height=10, aspectRatio=False),
        action("look", "image-helper", version, "get_meta_data", image="{{resize}}"),
    )
    assert called(account, flow, {}).status_code == 204
    (run,) = runs_of(account, flow["id"])
    steps = run_in(account, run["id"], "SUCCEEDED")["steps"]
    assert (steps["look"]["output"]["Image Width"]["value"], steps["look"]["output"]["Image Height"]["value"]) == (20, 10)


def test_wordpress(account: Account, wordpress: dict[str, Any]) -> None:
    step = action("tag", "wordpress", PIECES["wordpress"], "create_tag", auth=wordpress, description="About us")
    step["settings"]["input"]["name"] = "news"
    flow = make_flow(account, webhook_trigger(), step)
    called(account, flow, {})
    (run,) = runs_of(account, flow["id"])
    output = run_in(account, run["id"], "SUCCEEDED")["steps"]["tag"]["output"]
    assert (output["id"], output["name"]) == (9, "news")
    credentials = f"Basic {base64.b64encode(b'ada:s3cret').decode()}"
    assert ("POST", "/wp-json/wp/v2/tags", {"name": "news", "description": "About us"}, credentials) in WordPress.seen
    offered = options(account, flow, "wordpress", "new_post", "authors", auth=wordpress)["options"]
    assert offered == [{"value": 1, "label": "admin"}]


def options(account: Account, flow: dict[str, Any], piece: str, owner: str, name: str, **given: Any) -> dict[str, Any]:
    """What the form of a step or trigger offers for a property."""
    form = {
        "projectId": account.project_id,
        "pieceName": f"@activepieces/piece-{piece}",
        "pieceVersion": PIECES[piece],
        "actionOrTriggerName": owner,
        "propertyName": name,
        "flowId": flow["id"],
        "flowVersionId": flow["version"]["id"],
        "input": given,
    }
    answer = account.client.post("/pieces/options", json=form)
    assert answer.status_code == 200, answer.text
    return answer.json()["options"]


def callable_flow(account: Account, *steps: Step) -> dict[str, Any]:
    trigger = piece_trigger("subflows", PIECES["subflows"], "callableFlow", mode="simple", exampleData={"sampleData": {"n": 1}})
    return make_flow(account, trigger, *steps)


def calling(account: Account, child: dict[str, Any], *, waits: bool = True) -> dict[str, Any]:
    given = {"flowId": child["externalId"], "mode": "simple", "flowProps": {"payload": {"n": "{{trigger['body']['n']}}"}}}
    call = action("call", "subflows", PIECES["subflows"], "callFlow", waitForResponse=waits, **given)
    return make_flow(account, webhook_trigger(), call)


def test_flows_that_call_flows(account: Account) -> None:
    """The child learns where to answer when its run starts (onStart); the parent waits for that, and is told of a failure."""
    give_back = {"mode": "simple", "response": {"response": {"doubled": "{{trigger['data']['n'] * 2}}"}}}
    child = callable_flow(account, action("answer", "subflows", PIECES["subflows"], "returnResponse", **give_back))
    parent = calling(account, child)
    called(account, parent, {"n": 21})
    run = run_in(account, only_run(account, parent["id"])["id"], "SUCCEEDED", "FAILED")
    assert run["steps"]["call"]["output"] == {"status": "success", "data": {"doubled": 42}}
    assert only_run(account, child["id"])["parentRunId"] == run["id"]
    fails = callable_flow(account, action("broken", "store", PIECES["store"], "get", key="x" * 200, store_scope="COLLECTION"))
    parent = calling(account, fails)
    called(account, parent, {"n": 1})
    told = run_in(account, only_run(account, parent["id"])["id"], "SUCCEEDED", "FAILED")
    assert told["status"] == "FAILED"
    assert "message" in told["steps"]["call"]["errorMessage"]
    offered = options(account, parent, "subflows", "callFlow", "flowId")["options"]
    assert child["externalId"] in [option["value"] for option in offered]
    fields = options(account, parent, "subflows", "callFlow", "flowProps", flowId=child["externalId"], mode="simple")
    assert (fields["payload"]["type"], fields["payload"]["defaultValue"]) == ("OBJECT", {"n": 1})


def test_a_short_delay(account: Account) -> None:
    """Less than ten seconds: the piece sleeps in its thread, and others go on."""
    version = PIECES["delay"]
    flow = make_flow(account, webhook_trigger(), action("wait", "delay", version, "delayFor", unit="seconds", delayFor=0.2))
    called(account, flow, {})
    assert run_in(account, only_run(account, flow["id"])["id"], "SUCCEEDED")["steps"]["wait"]["output"]["delayForInMs"] == 200


def test_what_the_clock_starts(start_server: StartServer, npm_server: Server, account: Account, wordpress: dict[str, Any]) -> None:
    """A poll, a schedule and the end of a delay. WordPress's "new post": what is there when the flow is enabled starts nothing, what comes later
    starts a run. The server's last test: it is stopped to make them due.
    """
    trigger = piece_trigger("wordpress", PIECES["wordpress"], "new_post", auth=wordpress)
    step = action("map", "data-mapper", PIECES["data-mapper"], "advanced_mapping", mapping={"id": "{{trigger['id']}}"})
    polling = make_flow(account, trigger, step)
    hourly = make_flow(account, piece_trigger("schedule", PIECES["schedule"], "every_hour", run_on_weekends=True), step)
    assert hourly["triggerSource"]["schedule"] == {"type": "CRON_EXPRESSION", "cronExpression": "0 * * * *", "timezone": "UTC"}
    delayed = make_flow(
        account,
        webhook_trigger(),
        action("wait", "delay", PIECES["delay"], "delayFor", unit="hours", delayFor=1),
        {**step, "name": "after"},
    )
    account.client.post(f"/webhooks/{delayed['id']}", json={})
    waiting = run_in(account, only_run(account, delayed["id"])["id"], "PAUSED")
    npm_server.stop()
    make_due(npm_server.data_dir, polling["id"])
    make_due(npm_server.data_dir, hourly["id"])
    end_pauses(npm_server.data_dir)
    WordPress.posts += ({"id": 2, "title": {"rendered": "Second"}, "date": "2100-01-01T00:00:00"},)
    restarted = start_server(npm_server.data_dir, **settings())
    with restarted.client(account.session["token"]) as client:
        again = Account(account.session, client)
        (run,) = eventually(lambda: runs_of(again, polling["id"]))
        assert run_in(again, run["id"], "SUCCEEDED")["steps"]["map"]["output"] == {"id": 2}
        run = run_in(again, only_run(again, hourly["id"])["id"], "SUCCEEDED")
        assert run["steps"]["trigger"]["output"] == {"cron_expression": "0 * * * *", "timezone": "UTC"}
        assert run_in(again, waiting["id"], "SUCCEEDED")["steps"]["wait"]["output"] == {"delayForInMs": 3_600_000, "success": True}


def end_pauses(data_dir: Path) -> None:
    """All delays are over."""
    with closing(sqlite3.connect(data_dir / "piecework.db")) as connection:
        assert connection.execute("UPDATE job SET dueAt = 1 WHERE kind = 'RESUME' AND claimed = 0").rowcount == 1
        connection.commit()


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""
    rows = b"".join(b"\0" + b"\x10\x20\x30" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
