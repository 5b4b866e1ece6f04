"""The fault tests' own piece, whose effects are counted, and the flows that they put under load.

Each effect is a call of the sink at ``/<name of the run>/<step>``, in loops with the iteration's number behind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.engine.flows import chain, condition

Step = dict[str, Any]

PIECE = '''
from typing import Annotated
from urllib.parse import quote

from piecework.sdk import ActionContext, Piece, ShortText, WebhookPause

piece = Piece("ledger", display_name="Ledger", version="0.1.0")


async def call(ctx: ActionContext, url: str) -> None:
    answer = await ctx.http.request("POST", url, headers={"idempotency-key": ctx.idempotency_key})
    if answer.status != 200:
        raise RuntimeError(f"the sink answered {answer.status}")


@piece.action(name="record")
async def record(ctx: ActionContext, url: Annotated[str, ShortText("URL")]) -> str:
    """An effect that is counted."""
    await call(ctx, url)
    return url


@piece.action(name="ask")
async def ask(ctx: ActionContext, url: Annotated[str, ShortText("URL")]) -> str:
    """Tells the sink a link, and waits until somebody uses it."""
    if ctx.execution_type == "BEGIN":
        await call(ctx, f"{url}?link={quote(ctx.run.resume_url(), safe='')}")
        ctx.run.pause(WebhookPause())
    return "asked"
'''


def _piece(name: str, piece: str, version: str, action: str, **inputs: Any) -> Step:
    settings = {"pieceName": f"@activepieces/piece-{piece}", "pieceVersion": version, "actionName": action, "input": inputs}
    return {"name": name, "type": "PIECE", "displayName": name, "valid": True, "settings": {**settings, "propertySettings": {}}}


def _record(name: str, port: int, action: str = "record", path: str = "") -> Step:
    return _piece(name, "ledger", "0.1.0", action, url=_url(port, path or name))


def _url(port: int, path: str) -> str:
    return f"http://127.0.0.1:{port}/{{{{trigger['body']['id']}}}}/{path}"


def _http(name: str, port: int) -> Step:
    """A step of the HTTP piece, as flows have it most."""
    inputs: dict[str, Any] = {"method": "GET", "url": _url(port, name), "headers": {}, "queryParams": {}, "body": {}}
    return _piece(name, "http", "0.11.9", "send_request", **inputs, authType="NONE", authFields={}, body_type="none")


def _code(name: str, source: str, *, language: str | None = None, **inputs: Any) -> Step:
    code = {"code": source, "packageJson": "{}"} | ({"language": language} if language else {})
    handling = {"retryOnFailure": {"value": True}, "continueOnFailure": {"value": False}}
    settings = {"input": inputs, "sourceCode": code, "errorHandlingOptions": handling}
    return {"name": name, "type": "CODE", "displayName": name, "valid": True, "settings": settings}


def _loop(name: str, *steps: Step) -> Step:
    settings = {"items": "{{trigger['body']['items']}}"}
    return {
        "name": name,
        "type": "LOOP_ON_ITEMS",
        "displayName": name,
        "valid": True,
        "settings": settings,
        "firstLoopAction": chain(*steps),
    }


def _router(name: str, when: dict[str, Any], then: Step, otherwise: Step) -> Step:
    branches = [
        {"branchName": "Then", "branchType": "CONDITION", "conditions": [[when]]},
        {"branchName": "Otherwise", "branchType": "FALLBACK"},
    ]
    settings = {"branches": branches, "executionType": "EXECUTE_FIRST_MATCH"}
    return {"name": name, "type": "ROUTER", "displayName": name, "valid": True, "settings": settings, "children": [then, otherwise]}


WAITING = "export const code = async (i) => { await new Promise((done) => setTimeout(done, 12)); return i.n * 2; };"
PYTHON = "import time\ndef code(i):\n    time.sleep(0.02)\n    return i['n'] * 2"
ANSWER = {"responseType": "json", "respond": "stop", "fields": {"status": 200, "headers": {}, "body": {"twice": "{{work}}"}}}
N = "{{trigger['body']['n']}}"

FLOWS: dict[str, Callable[[int], list[Step]]] = {
    "sync": lambda port: [_code("work", WAITING, n=N), _piece("answer", "webhook", "0.1.33", "return_response", **ANSWER)],
    "effects": lambda port: [
        _http("first", port),
        _router("odd", condition(N, "NUMBER_IS_GREATER_THAN", "1"), _record("more", port), _code("less", WAITING, n=N)),
        _loop("loop", _record("inner", port, path="inner-{{loop['index']}}")),
        _record("last", port),
    ],
    "codes": lambda port: [_loop("loop", _code("work", WAITING, n="{{loop['item']}}")), _record("last", port)],
    "delay": lambda port: [
        _record("first", port),
        _piece("wait", "delay", "0.3.27", "delayFor", unit="seconds", delayFor=0.7),
        _record("last", port),
    ],
    "ask": lambda port: [_record("ask", port, "ask"), _record("last", port)],
    "python": lambda port: [_code("work", PYTHON, language="PYTHON", n=N), _record("last", port)],
}
"""What comes after the webhook, by the flow's name; made for a sink's port."""

WEIGHTS = {"sync": 58, "codes": 12, "effects": 10, "delay": 9, "ask": 10, "python": 1}


def trigger(*steps: Step) -> Step:
    settings = {"pieceName": "@activepieces/piece-webhook", "pieceVersion": "0.1.33", "triggerName": "catch_webhook"}
    settings |= {"input": {"authType": "none", "authFields": {}}, "propertySettings": {}}
    start = {"name": "trigger", "type": "PIECE_TRIGGER", "displayName": "W", "valid": True, "settings": settings}
    return {**start, "nextAction": chain(*steps)}


def expected(flow: str, payload: dict[str, Any]) -> set[str]:
    """The effects that a run of this flow has had when it has succeeded."""
    each = {f"inner-{index}" for index in range(1, len(payload["items"]) + 1)}
    done = {
        "sync": set[str](),
        "effects": {"first", "last"} | each | ({"more"} if payload["n"] > 1 else set()),
        "codes": {"last"},
        "delay": {"first", "last"},
        "ask": {"ask", "last"},
        "python": {"last"},
    }[flow]
    return {f"/{payload['id']}/{step}" for step in done}


def recorded(steps: dict[str, Any]) -> set[str]:
    """The effects whose success a run's records hold."""
    body = steps.get("trigger", {}).get("output", {}).get("body")
    if body is None:
        return set()
    done = {name for name in ("first", "more", "last", "ask") if steps.get(name, {}).get("status") in ("SUCCEEDED", "PAUSED")}
    iterations = ((steps.get("loop") or {}).get("output") or {}).get("iterations") or []
    done |= {f"inner-{number}" for number, inside in enumerate(iterations, start=1) if inside.get("inner", {}).get("status") == "SUCCEEDED"}
    return {f"/{body['id']}/{step}" for step in done}
