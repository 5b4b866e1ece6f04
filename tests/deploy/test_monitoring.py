"""The alert rules fire when they should and only then, and rules and dashboard speak of metrics that the server has."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from piecework.server.kernel.metrics import Gauges, Metrics
from piecework.server.kernel.metrics.exposition import exposition

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
RULE_TESTS = DEPLOY / "prometheus" / "alerts.test.yml"
DASHBOARD = DEPLOY / "grafana" / "piecework.json"


def promtool(*arguments: str) -> str:
    """What promtool says; scripts/ensure-prometheus.sh has seen to it that there is one."""
    run = subprocess.run(["promtool", *arguments], cwd=RULES.parent, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def served_names() -> set[str]:
    """The names of all series of a server on which everything has happened once."""
    metrics = Metrics()
    figures = metrics.step("piece", "action")
    figures.durations.observe(1)
    figures.statuses["FAILED"] += 1
    metrics.runs["FAILED"] += 1
    metrics.responded(1, "answered")
    metrics.undelivered["NOBODY_WAITS"] += 1
    text = exposition(metrics, Gauges(1, 2, 3, 4.0, 5, 6, 7, 8, 9)).decode()
    return set(re.findall(r"^(engine_\w+)", text, re.MULTILINE))


def names_in(text: str) -> set[str]:
    return set(re.findall(r"\bengine_\w+", text))


def alerts() -> set[str]:
    return set(re.findall(r"- alert: (\w+)", RULES.read_text()))


def test_every_alert_fires_on_a_sick_server_and_is_silent_on_a_healthy_one() -> None:
    assert "SUCCESS" in promtool("test", "rules", RULE_TESTS.name)


def test_every_alert_has_a_test_that_fires_it() -> None:
    tests = RULE_TESTS.read_text()
    fired = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts:\n\s+- exp_labels", tests))
    silent = set(re.findall(r"alertname: (\w+), exp_alerts: \[\]", tests))
    assert fired == alerts()
    assert silent == alerts()


def test_the_example_configuration_is_valid() -> None:
    promtool("check", "config", "prometheus.yml")


def test_rules_and_their_tests_name_metrics_that_the_server_has() -> None:
    assert names_in(RULES.read_text()) <= served_names()
    assert names_in(RULE_TESTS.read_text()) <= served_names()


def test_what_a_scrape_gives_is_what_prometheus_wants() -> None:
    text = exposition(Metrics(), Gauges(0, 0, 0, 0.0, 0, 1, 0, 0, 0))
    run = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=60, check=False)
    assert run.returncode in (0, 3), run.stderr.decode()  # 3: advice; the unit in our names is milliseconds, and says so
    assert all(line.endswith("should not contain abbreviated units") for line in run.stderr.decode().splitlines()), run.stderr.decode()


def test_the_dashboard_asks_for_metrics_that_the_server_has() -> None:
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text())
    questions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(questions) > 15
    asked = set().union(*map(names_in, questions))
    assert asked <= served_names()
    families = {re.sub(r"_(bucket|sum|count|total|created)$", "", name) for name in served_names()}
    shown = {re.sub(r"_(bucket|sum|count|total|created)$", "", name) for name in asked}
    assert families - shown <= {"engine_sandbox_busy", "engine_queue_claims"}, "a metric that no panel shows"


def test_the_dashboards_questions_are_promql() -> None:
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            question = target["expr"].replace("$__rate_interval", "5m").replace("$job", "a").replace("$instance", "b")
            rules = json.dumps({"groups": [{"name": "g", "rules": [{"record": "r", "expr": question}]}]})
            run = subprocess.run(
                ["promtool", "check", "rules", "/dev/stdin"], input=rules, capture_output=True, text=True, timeout=60, check=False
            )
            assert run.returncode == 0, (panel["title"], run.stdout, run.stderr)
