"""What Prometheus reads after a thousand runs, and who may read it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.e2e.flow_building import account_of, action, make_flow, mapping, operate, respond, run_in, runs_of, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer

from piecework.server.cli.bench.flows import reference_flow

RUNS = 1_000
MATH, WEBHOOK = "@activepieces/piece-math-helper", "@activepieces/piece-webhook"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def fresh(start_server: StartServer) -> Server:
    """A server whose figures are this module's alone."""
    return start_server(log_level="warn")


@pytest.fixture(scope="module")
def account(fresh: Server) -> Iterator[Account]:
    yield from account_of(fresh)


def scrape(server: Server) -> Samples:
    answer = httpx.get(f"{server.url}/metrics", trust_env=False)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return samples_of(answer.text)


def samples_of(text: str) -> Samples:
    families = text_string_to_metric_families(text)
    return {(sample.name, frozenset(sample.labels.items())): sample.value for family in families for sample in family.samples}


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def buckets(samples: Samples, name: str, **labels: str) -> list[float]:
    """The cumulated counts, by rising bound."""
    found = {
        float(dict(key)["le"]): count
        for (sample, key), count in samples.items()
        if sample == f"{name}_bucket" and labels.items() <= dict(key).items()
    }
    return [found[bound] for bound in sorted(found)]


def test_the_figures_of_a_thousand_runs(fresh: Server, account: Account) -> None:
    created = account.client.post("/flows", json={"displayName": "F", "projectId": account.project_id}).json()
    operate(account, created["id"], "IMPORT_FLOW", reference_flow())
    operate(account, created["id"], "LOCK_AND_PUBLISH", {})
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: account.client.post(f"/webhooks/{created['id']}/sync", json={}).status_code, range(RUNS)))
    assert statuses == [200] * RUNS

    seen = scrape(fresh)
    works = [(MATH, "addition_math"), ("code", "javascript"), (WEBHOOK, "return_response")]
    for piece, name in works:
        labels = {"piece": piece, "action": name}
        assert value(seen, "engine_step_status_total", **labels, status="SUCCEEDED") == RUNS
        assert value(seen, "engine_step_duration_ms_count", **labels) == RUNS
        counts = buckets(seen, "engine_step_duration_ms", **labels)
        assert counts == sorted(counts)
        assert counts[-1] == RUNS
        assert 0 < value(seen, "engine_step_duration_ms_sum", **labels) < RUNS * 30_000
        assert value(seen, "engine_step_retries_count", **labels) == RUNS
        assert value(seen, "engine_step_retries_sum", **labels) == 0
    assert {dict(labels).get("piece") for name, labels in seen if name == "engine_step_status_total"} == {piece for piece, _ in works}

    assert value(seen, "engine_webhook_respond_latency_ms_count", outcome="answered") == RUNS
    assert buckets(seen, "engine_webhook_respond_latency_ms", outcome="answered")[-1] == RUNS
    steps_took = sum(value(seen, "engine_step_duration_ms_sum", piece=piece, action=name) for piece, name in works)
    assert value(seen, "engine_webhook_respond_latency_ms_sum", outcome="answered") > steps_took
    assert value(seen, "engine_pause_delay_exceeded_total") == 0
    assert value(seen, "engine_runs_total", status="SUCCEEDED") == RUNS
    assert value(seen, "engine_queue_claims_total") == RUNS
    assert value(seen, "engine_queue_depth", state="queued") == 0
    assert value(seen, "engine_runs_driving") == 0
    assert [value(seen, "engine_lease_losses_total", reason=reason) for reason in ("fenced", "worker_gone")] == [0, 0]
    commits = value(seen, "engine_journal_commit_latency_ms_count")
    assert 1 <= commits <= value(seen, "engine_journal_writes_total")
    assert value(seen, "engine_journal_writes_total") >= RUNS
    assert value(seen, "engine_journal_commit_latency_ms_sum") > 0


def test_failures_pauses_and_answers_that_nobody_got(fresh: Server, account: Account) -> None:
    failing = make_flow(
        account, webhook_trigger(), action("sum", "math-helper", "0.0.21", "addition_math", first_number="x", second_number=1)
    )
    waiting = make_flow(account, webhook_trigger(), action("wait", "delay", "0.3.27", "delayFor", unit="days", delayFor=100))
    answering = make_flow(account, webhook_trigger(), mapping("map", a=1), respond("answer", {"late": True}))
    before = scrape(fresh)
    assert account.client.post(f"/webhooks/{failing['id']}/sync").status_code == 500
    assert account.client.post(f"/webhooks/{waiting['id']}/sync").status_code == 500
    assert account.client.post(f"/webhooks/{answering['id']}").status_code == 200
    for flow in (failing, waiting, answering):
        (run,) = runs_of(account, flow["id"])
        run_in(account, run["id"], "SUCCEEDED", "FAILED")
    seen = scrape(fresh)
    assert value(seen, "engine_step_status_total", piece=MATH, action="addition_math", status="FAILED") == 1
    assert value(seen, "engine_pause_delay_exceeded_total") == 1
    delay = {"piece": "@activepieces/piece-delay", "action": "delayFor"}
    assert value(seen, "engine_step_status_total", **delay, status="FAILED") == 1
    assert ("engine_step_status_total", frozenset({*delay.items(), ("status", "PAUSED")})) not in seen
    assert value(seen, "engine_webhook_respond_latency_ms_count", outcome="failed") == 2
    assert value(seen, "engine_webhook_undelivered_total", reason="NOBODY_WAITS") == 1
    assert value(seen, "engine_runs_total", status="FAILED") - before.get(("engine_runs_total", frozenset({("status", "FAILED")})), 0) == 2


def test_a_piece_that_is_not_installed_makes_no_label(fresh: Server, account: Account) -> None:
    strange = action("strange", "secret-name", "1.2.3", "act")
    flow = make_flow(account, webhook_trigger(), strange, publish=False)
    account.client.post(f"/webhooks/{flow['id']}/draft/sync")
    text = httpx.get(f"{fresh.url}/metrics", trust_env=False).text
    assert "secret-name" not in text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:80"}, 200),
        ({"host": "[::1]:8080"}, 200),
        ({"host": "flows.example.com"}, 403),
        ({"x-forwarded-for": "127.0.0.1"}, 403),
        ({"x-real-ip": "127.0.0.1"}, 403),
        ({"forwarded": "for=127.0.0.1"}, 403),
    ],
)
def test_without_a_token_metrics_are_for_this_machine_alone(fresh: Server, headers: dict[str, str], status: int) -> None:
    assert httpx.get(f"{fresh.url}/metrics", headers=headers, trust_env=False).status_code == status


def test_with_a_token_the_token_decides(start_server: StartServer) -> None:
    server = start_server(metrics_token="a-token-for-prometheus")
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        refused = client.get("/metrics")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert client.get("/metrics", headers={"authorization": "Bearer another-token-altogether"}).status_code == 401
        given = {"authorization": "Bearer a-token-for-prometheus", "x-forwarded-for": "203.0.113.9", "host": "flows.example.com"}
        assert client.get("/metrics", headers=given).status_code == 200
        head = client.head("/metrics", headers=given)
        assert (head.status_code, head.content) == (200, b"")
        assert client.post("/metrics", headers=given).status_code == 405
        assert client.get("/metrics/else", headers=given).status_code == 404
