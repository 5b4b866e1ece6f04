"""`piecework run`: one run of a flow, of a file in this process or of a flow on a server."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from piecework.server.cli.client import DEFAULT_URL, Client, explain
from piecework.server.cli.failure import CommandFailed, told_in_one_line

_FLOW_ID = re.compile(r"[0-9a-zA-Z]{21}")


@click.command("run")
@click.argument("flow")
@click.option("--payload", help="JSON: the webhook's body or the trigger's output; @FILE reads it from a file, @- from the standard input.")
@click.option("--timeout", type=click.FloatRange(min=0.001), default=600.0, show_default=True, help="Seconds for a run of a file.")
@click.option("--url", envvar="PIECEWORK_URL", default=DEFAULT_URL, show_default=True, help="The server of a flow that is given by its id.")
@click.option("--draft", is_flag=True, help="On a server: the latest version in place of the published one.")
@click.option("--json", "as_json", is_flag=True, help="Print one object: status, steps and response.")
def run_command(flow: str, payload: str | None, timeout: float, url: str, draft: bool, as_json: bool) -> None:
    """Run FLOW once and print what it answers.

    FLOW is a JSON file, which is run in this process without a server, or the id of a flow, whose webhook is called and waited for. The exit code
    is 0 only if the run succeeded (of a file: or is paused).
    """
    value = _read_payload(payload)
    if Path(flow).exists() or not _FLOW_ID.fullmatch(flow):
        _run_file(flow, value, timeout, as_json)
    else:
        _call_server(flow, value, url, draft, as_json)


def _read_payload(text: str | None) -> Any:
    if text is None:
        return None
    if text.startswith("@"):
        text = _read_text(text[1:])
    from piecework.spec import jsons

    try:
        return jsons.loads(text)
    except jsons.InvalidJson as error:
        raise click.UsageError(f"--payload is not JSON: {error}") from None


def _read_text(path: str) -> str:
    with told_in_one_line(OSError, UnicodeDecodeError, prefix="--payload: "):
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")


def _run_file(flow: str, payload: Any, timeout: float, as_json: bool) -> None:
    from piecework.runner.local import run_flow
    from piecework.sdk import PieceError
    from piecework.spec import jsons
    from piecework.spec.flow import InvalidFlow
    from piecework.spec.jsons import InvalidJson
    from piecework.spec.run import FAILED_STATUSES

    with told_in_one_line(OSError, InvalidJson, InvalidFlow, PieceError, prefix=f"{flow}: "):
        result = run_flow(Path(flow), payload, timeout=timeout)
    response = result.response._asdict() if result.response else None
    failed = result.failed_step._asdict() if result.failed_step else None
    if as_json:
        shown = {"status": result.status, "steps": result.steps, "response": response, "failedStep": failed, "tags": list(result.tags)}
        click.echo(jsons.dumps_lenient(shown))
    else:
        click.echo(f"{result.status}: {', '.join(_step_line(name, step) for name, step in result.steps.items())}", err=True)
        click.echo(jsons.dumps_lenient(response["body"] if response else _last_output(result.steps)))
    if result.status in FAILED_STATUSES:
        raise CommandFailed(f"{failed['name']}: {failed['message']}" if failed else str(result.status))


def _step_line(name: str, step: dict[str, Any]) -> str:
    return name if step["status"] == "SUCCEEDED" else f"{name} {step['status']}"


def _last_output(steps: dict[str, dict[str, Any]]) -> Any:
    return list(steps.values())[-1].get("output") if steps else None


def _call_server(flow_id: str, payload: Any, url: str, draft: bool, as_json: bool) -> None:
    with Client(url) as client:
        response = client.send("POST", f"/webhooks/{flow_id}/{'draft/sync' if draft else 'sync'}", payload)
    if response.status_code in (404, 410):
        reason = "there is no such flow" if response.status_code == 410 else "it is not published and enabled"
        raise CommandFailed(f"The flow {flow_id} cannot be called: {reason}")
    if as_json:
        is_json = "json" in response.headers.get("content-type", "")
        body = response.json() if is_json and response.content else response.text or None
        shown = {"status": response.status_code, "headers": dict(response.headers), "body": body}
        click.echo(json.dumps({"response": shown}, ensure_ascii=False))
    elif response.content:
        click.echo(response.text)
    if response.status_code >= 400:
        raise CommandFailed(explain(response))
