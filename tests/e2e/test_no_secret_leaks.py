"""Fifty planted secrets, used in every way that a flow can use one, against a service that repeats whatever it is sent.

Afterwards none of them stands in any answer of the API, any line of the log, or any byte of the data folder.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
from tests.e2e.authorization_server import Service, authorization_server
from tests.e2e.connecting import ACME, ACME_VERSION, acme_installed, connected, consent, upsert
from tests.e2e.flow_building import Step, account_of, code, eventually, loop, make_flow, mapping, operate, run_in, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer

BASIC, KEYS, CUSTOM, MACHINES, VARIABLES = 10, 16, 6, 6, 10


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with authorization_server() as running:
        yield running


@pytest.fixture(scope="module")
def server(start_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    with acme_installed(tmp_path_factory.mktemp("acme") / "site"):
        return start_server(log_level="debug", flow_timeout_seconds=60)


@pytest.fixture(scope="module")
def account(server: Server) -> Iterator[Account]:
    yield from account_of(server)


class Heard:
    """Every answer that the API gave; `account`'s client tells."""

    def __init__(self, account: Account) -> None:
        self.answers: list[tuple[str, str]] = []
        account.client.event_hooks["response"].append(self._keep)

    def _keep(self, response: httpx.Response) -> None:
        response.read()
        path = response.request.url.path
        if not path.endswith("/reveal"):
            self.answers.append((path, response.text + str(dict(response.headers))))


def plant(account: Account, service: Service) -> list[str]:
    """Makes the connections and variables; returns the secrets. Their characters are such as JSON, URLs and regular expressions escape."""
    planted: list[str] = []

    def secret(kind: str, number: int) -> str:
        planted.append(f'{kind}/"{number}"+ü\\&{"x" * number}.*end-{number:02}')
        return planted[-1]

    for number in range(KEYS):
        connected(account, f"key-{number}", {"type": "SECRET_TEXT", "secret_text": secret("key", number).replace("ü", "u")})
        planted[-1] = planted[-1].replace("ü", "u")  # it travels in a header
    for number in range(BASIC):
        planted.append(secret("basic", number).replace("ü", "u"))
        connected(account, f"basic-{number}", {"type": "BASIC_AUTH", "username": f"user-{number}", "password": planted[-1]})
        planted.append(b64encode(f"user-{number}:{planted[-1]}".encode()).decode())
    for number in range(CUSTOM):
        value = secret("custom", number).replace("ü", "u")
        planted[-1] = value
        connected(account, f"custom-{number}", {"type": "CUSTOM_AUTH", "props": {"base": service.url, "key": value}})
    for number in range(MACHINES):
        machine = {
            "type": "OAUTH2",
            "client_id": "acme-app",
            "client_secret": service.application.client_secret,
            "props": {"base": service.url},
        }
        connected(account, f"machine-{number}", machine | {"grant_type": "client_credentials", "authorization_method": "HEADER"})
        planted.append(service.access_tokens[-1])
    connected(account, "account", consent(account, service))
    planted += [service.application.client_secret, service.access_tokens[-1], next(reversed(service.refresh_tokens))]
    for number in range(VARIABLES):
        body = {"projectId": account.project_id, "name": f"VARIABLE_{number}", "value": secret("variable", number)}
        assert account.client.post("/variables", json=body).status_code == 201
    assert len(set(planted)) >= 50
    return planted


def acme(name: str, connection: str, service: Service, **inputs: Any) -> Step:
    settings = {
        "pieceName": ACME, "pieceVersion": ACME_VERSION, "actionName": "call", "propertySettings": {},
        "errorHandlingOptions": {"continueOnFailure": {"value": True}},
        "input": {"auth": f"{{{{connections['{connection}']}}}}", "url": f"{service.url}/echo", **inputs},
    }  # fmt: skip
    return {"name": name, "type": "PIECE", "valid": True, "displayName": name, "settings": settings}


def http(name: str, url: str, body: dict[str, Any]) -> Step:
    inputs = {
        "method": "POST", "url": url, "headers": {"x-secret": "{{connections['key-1'].secret_text}}"}, "queryParams": {}, "body_type": "json",
        "body": {"data": body}, "authType": "NONE", "authFields": {}, "timeout": 10, "failureMode": "all",
    }  # fmt: skip
    settings = {
        "pieceName": "@activepieces/piece-http", "pieceVersion": "0.11.9", "actionName": "send_request", "input": inputs, "propertySettings": {},
        "errorHandlingOptions": {"continueOnFailure": {"value": True}},
    }  # fmt: skip
    return {"name": name, "type": "PIECE", "valid": True, "displayName": name, "settings": settings}


def failing(step: Step) -> Step:
    return {**step, "settings": {**step["settings"], "errorHandlingOptions": {"continueOnFailure": {"value": True}}}}


RETURNING = "export const code = async (inputs) => { console.log(JSON.stringify(inputs)); return { [inputs.v1]: inputs } }"
THROWING = "export const code = async (inputs) => { throw new Error('no: ' + inputs.whole.props.key + inputs.v3) }"
RAISING = "def code(inputs):\n    print(inputs['key'])\n    raise ValueError(inputs['key'])\n"


def every_use(service: Service) -> list[Step]:
    """Steps that use every secret: in pieces that succeed and fail, in code, in texts, loops and routers, in what others made of them."""
    steps: list[Step] = []
    kinds = [("key", KEYS), ("basic", BASIC), ("custom", CUSTOM), ("machine", MACHINES)]
    for kind, count in kinds:
        for number in range(count):
            steps.append(acme(f"{kind}_{number}", f"{kind}-{number}", service, status=200 if number % 2 else 401))
    steps += [acme("account_1", "account", service), acme("account_2", "account", service, status=500)]
    variables = {f"v{number}": f"{{{{variables['VARIABLE_{number}']}}}}" for number in range(VARIABLES)}
    borrowed = acme("borrowed", "key-9", service)
    borrowed["settings"] |= {"actionName": "borrow", "input": {"name": "custom-2"}}
    return [
        *steps,
        mapping("mapped", **variables, text="a {{variables.VARIABLE_1}} b {{connections['key-2'].secret_text}}"),
        code("returned", RETURNING, **variables),
        failing(code("thrown", THROWING, whole="{{connections['custom-1']}}", v3="{{variables.VARIABLE_3}}")),
        failing(code("python", RAISING, key="{{connections['key-4'].secret_text}}")),
        acme("wrong_input", "key-5", service, status="{{variables['VARIABLE_4']}}"),
        acme("noted", "key-6", service, note="{{variables['VARIABLE_5']}} and {{connections['key-7'].secret_text}}", status=418),
        http("posted", f"{service.url}/echo?status=200", {"all": "{{connections['key-8']}}", "v": "{{variables.VARIABLE_6}}"}),
        http(
            "refused", f"{service.url}/echo?status=403&k={{{{variables['VARIABLE_7']}}}}", {"basic": "{{connections['basic-1'].password}}"}
        ),
        http("unreachable", "http://127.0.0.1:9/{{variables['VARIABLE_8']}}", {}),
        borrowed,
        mapping("second_hand", from_code="{{returned}}", script="{{ JSON.stringify(posted).toUpperCase() }}"),
        loop("looped", "{{[1,2]}}", acme("inner", "key-10", service, note="{{looped.item}} {{variables['VARIABLE_9']}}", status=400)),
    ]


def test_no_secret_is_found_anywhere(account: Account, server: Server, service: Service) -> None:
    heard = Heard(account)
    planted = plant(account, service)
    refused = upsert(account, "refused", {"type": "SECRET_TEXT", "secret_text": "wrong-" + planted[0]})
    assert refused.status_code == 400
    flow = make_flow(account, webhook_trigger(), *every_use(service))
    answer = httpx.post(f"{server.url}/api/v1/webhooks/{flow['id']}/sync", json={}, timeout=90, trust_env=False)
    run = run_in(account, runs_of(account, flow["id"])[0]["id"], "SUCCEEDED", "FAILED")
    used_as_meant(run)
    polled(account, service)
    single_steps(account, flow, run)
    for path in ("app-connections", "variables", "flows", "flow-runs", "global-connections", "oauth-apps", "folders", "templates"):
        account.client.get(f"/{path}", params={"projectId": account.project_id, "limit": 100})
    account.client.get(f"/flow-runs/{run['id']}/timeline")
    server.stop()
    texts = {f"API {path}": text.encode() for path, text in [*heard.answers, ("webhook", answer.text)]}
    texts |= {str(file): file.read_bytes() for file in server.data_dir.rglob("*") if file.is_file()}
    log = Path(f"{server.data_dir}.log")
    texts["log"] = log.read_bytes()
    assert len(heard.answers) > 60
    assert found(planted, texts) == []


def runs_of(account: Account, flow_id: str) -> list[dict[str, Any]]:
    return account.client.get("/flow-runs", params={"projectId": account.project_id, "flowId": flow_id}).json()["data"]


def used_as_meant(run: dict[str, Any]) -> None:
    """The secrets did reach the service and the code: an empty sweep would find nothing either."""
    steps = run["steps"]
    assert run["status"] == "SUCCEEDED", run.get("failedStep")
    assert {name: step["status"] for name, step in steps.items() if name in ("key_1", "key_0", "thrown", "python", "posted")} == {
        "key_1": "SUCCEEDED", "key_0": "FAILED", "thrown": "FAILED", "python": "FAILED", "posted": "SUCCEEDED",
    }  # fmt: skip
    assert steps["key_1"]["output"]["headers"]["x-api-key"] == "**REDACTED**"
    assert steps["returned"]["output"]["**REDACTED**"]["v2"] == "**REDACTED**"
    assert "**REDACTED**" in steps["thrown"]["errorMessage"]
    assert steps["borrowed"]["output"]["props"]["key"] == "**REDACTED**"
    assert steps["mapped"]["output"]["text"] == "a **REDACTED** b **REDACTED**"
    assert {f"connection:key-{number}" for number in range(KEYS)} <= {*run["tags"], "connection:key-11"}


def polled(account: Account, service: Service) -> None:
    """A polling trigger with a connection: it is switched on, tried, and switched off when its connection has gone."""
    settings = {
        "pieceName": ACME, "pieceVersion": ACME_VERSION, "triggerName": "new_item", "propertySettings": {},
        "input": {"auth": "{{connections['key-11']}}", "url": f"{service.url}/echo?v={{{{variables['VARIABLE_2']}}}}"},
    }  # fmt: skip
    trigger = {"name": "trigger", "type": "PIECE_TRIGGER", "valid": True, "displayName": "New item", "settings": settings}
    flow = make_flow(account, trigger, mapping("step_1", all="{{trigger}}"))
    version = {"flowId": flow["id"], "flowVersionId": flow["version"]["id"], "projectId": account.project_id}
    tried = account.client.post("/test-trigger", json=version | {"testStrategy": "TEST_FUNCTION"})
    assert tried.status_code == 200, tried.text
    assert tried.json()["data"][0]["payload"]["echo"]["headers"]["x-api-key"] == "**REDACTED**"
    (key,) = account.client.get("/app-connections", params={"projectId": account.project_id, "externalIds": "key-11"}).json()["data"]
    assert account.client.delete(f"/app-connections/{key['id']}").status_code == 204
    assert operate(account, flow["id"], "CHANGE_STATUS", {"status": "DISABLED"})["status"] == "DISABLED"


def single_steps(account: Account, flow: dict[str, Any], run: dict[str, Any]) -> None:
    """Runs single steps as the builder does."""
    for name in ("returned", "posted", "noted", "python"):
        body = {"projectId": account.project_id, "flowVersionId": flow["version"]["id"], "stepName": name}
        started = account.client.post("/sample-data/test-step", json=body)
        assert started.status_code in (200, 201), started.text
        eventually(
            lambda started=started: account.client.get(f"/flow-runs/{started.json()['id']}").json()["status"] in ("SUCCEEDED", "FAILED")
        )


def found(planted: list[str], texts: dict[str, bytes]) -> list[tuple[str, str]]:
    """Where a secret stands: as it is, as JSON has it (in JSON, in JSON), in a URL, in basic credentials."""
    places: list[tuple[str, str]] = []
    for secret in planted:
        written = {secret, quote(secret, safe=""), quote_plus(secret)}
        for is_ascii in (True, False):
            once = json.dumps(secret, ensure_ascii=is_ascii)[1:-1]
            twice = json.dumps(once, ensure_ascii=is_ascii)[1:-1]
            written |= {once, twice, json.dumps(twice, ensure_ascii=is_ascii)[1:-1]}
        written.add(b64encode(secret.encode()).decode())
        places += [(secret, place) for place, text in texts.items() if any(form.encode() in text for form in written)]
    return places
