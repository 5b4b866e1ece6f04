"""`piecework pieces`: what can be done about pieces from npm without a server."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from piecework.server.cli.failure import told_in_one_line

LIST = Path(__file__).parent / "npm_pieces.txt"
"""The pieces that are known to be in the npm registry, a `name@version` a line."""


@click.group("pieces")
def pieces_command() -> None:
    """Pieces from npm."""


@pieces_command.command("sweep")
@click.option("--from", "source", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="File with a name@version a line.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where to install; AP_DATA_DIR otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print one object: installed, described, actions, triggers, failed.")
def sweep_command(source: Path | None, data_dir: Path | None, as_json: bool) -> None:
    """Install every piece of a list and load it once.

    Without --from: all pieces that are known to be in the npm registry. What is installed already is not fetched again. A running
    server on the same folder takes the pieces up at its next start, or with `POST /v1/pieces/sync`. Ends with 1 when a piece failed.
    """
    import asyncio

    from piecework.runner.quiet_logs import quiet_logs
    from piecework.server.kernel.settings import SettingsError, load_settings

    with told_in_one_line(SettingsError, OSError), quiet_logs():
        settings = load_settings(os.environ, {"data_dir": data_dir})
        specs = [line.strip() for line in (source or LIST).read_text().splitlines() if line.strip() and not line.startswith("#")]
        report = asyncio.run(_sweep(settings, specs))
    if as_json:
        click.echo(json.dumps(report))
    else:
        click.echo(f"{report['described']} of {len(specs)} pieces: {report['actions']} actions, {report['triggers']} triggers.")
        for failure in report["failed"]:
            click.echo(f"{failure['piece']}: {failure['reason']}", err=True)
    if report["failed"]:
        raise SystemExit(1)


async def _sweep(settings: Any, specs: Iterable[str]) -> dict[str, Any]:
    import asyncio

    from piecework.sandbox.npm.errors import InstallFailed
    from piecework.sandbox.npm.folders import Installed, PieceFolders
    from piecework.sandbox.npm.install import Installer
    from piecework.server.bootstrap.execution import PIECES_FOLDER, npm_host

    folders = PieceFolders(settings.data_dir / PIECES_FOLDER)
    host = npm_host(settings, folders)
    installer = Installer(folders, host)
    done: list[Installed] = []
    failed: list[dict[str, str]] = []

    async def one(spec: str) -> None:
        name, _, version = spec.rpartition("@")
        try:
            done.append(await installer.install(name, version))
        except InstallFailed as error:
            failed.append({"piece": spec, "reason": str(error)})

    try:
        await asyncio.gather(*map(one, specs))
    finally:
        await host.close()
    unpacked = sum(failure["reason"].startswith("The piece cannot be loaded") for failure in failed)
    return {
        "installed": len(done) + unpacked,
        "described": len(done),
        "actions": sum(piece.actions for piece in done),
        "triggers": sum(piece.triggers for piece in done),
        "failed": sorted(failed, key=lambda failure: failure["piece"]),
    }
