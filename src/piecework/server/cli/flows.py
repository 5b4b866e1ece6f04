"""`piecework import` and `piecework export`: flows between files and a server."""

import json
from pathlib import Path
from typing import Any

import click

from piecework.server.cli.client import Client, import_flow, server_options
from piecework.server.cli.failure import told_in_one_line


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--publish", is_flag=True, help="Publish and enable it too.")
@click.option("--name", help="Another name than the document's.")
@click.option("--json", "as_json", is_flag=True, help="Print the flows as the API gives them.")
@server_options
def import_command(client: Client, file: Path, publish: bool, name: str | None, as_json: bool) -> None:
    """Create a flow from FILE: a template, an export or a bare flow.

    A template with several flows creates all of them. What is wrong with a document is said field by field.
    """
    from piecework.runner.documents import find_flows, read_document
    from piecework.spec import jsons
    from piecework.spec.flow import InvalidFlow

    with told_in_one_line(OSError, jsons.InvalidJson, InvalidFlow, prefix=f"{file}: "):
        found = find_flows(read_document(file))
    flows = [import_flow(client, flow.request, publish=publish, name=name) for flow in found]
    if as_json:
        click.echo(jsons.dumps(flows))
        return
    for flow in flows:
        click.echo(f"{flow['id']}  {flow['version']['displayName']}  {_state(flow)}  {client.url}/api/v1/webhooks/{flow['id']}")


def _state(flow: dict[str, Any]) -> str:
    if flow.get("publishedVersionId"):
        return str(flow["status"]).lower()
    return "draft" if flow["version"]["valid"] else "draft, not valid yet"


@click.command("export")
@click.argument("flow_id", metavar="FLOW")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; the standard output otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Compact, on one line.")
@server_options
def export_command(client: Client, flow_id: str, output: Path | None, as_json: bool) -> None:
    """Write the latest version of FLOW (its id) as a template that any server imports."""
    template = client.request("GET", f"/flows/{flow_id}/template")
    text = _as_text(template, pretty=not as_json)
    if output is None:
        click.echo(text)
        return
    with told_in_one_line(OSError):
        output.write_text(text + "\n", encoding="utf-8")
    click.echo(f"wrote {output}", err=True)


def _as_text(template: dict[str, Any], *, pretty: bool) -> str:
    """JSON text; compact too where a flow is so long that indenting it would make it mostly blanks."""
    from piecework.spec import jsons

    try:
        return json.dumps(template, ensure_ascii=False, indent=2) if pretty else jsons.dumps(template).decode()
    except RecursionError:
        return jsons.dumps(template).decode()
