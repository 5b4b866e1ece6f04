"""The command line: `piecework serve` and the commands of `server/cli`."""

import gc
import os
import sys
from pathlib import Path

import click

from piecework import __version__
from piecework.server.cli.bench.command import bench_command
from piecework.server.cli.check_piece import check_piece_command
from piecework.server.cli.flows import export_command, import_command
from piecework.server.cli.migrate import migrate_command
from piecework.server.cli.new_piece import new_piece_command
from piecework.server.cli.pieces import pieces_command
from piecework.server.cli.rotate_encryption_key import rotate_encryption_key_command
from piecework.server.cli.run import run_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="piecework")
def main() -> None:
    """Piecework: flows that finish what they start."""


@main.command()
@click.option("--host", help="Address to listen on; AP_HOST otherwise.")
@click.option("--port", type=int, help="Port to listen on; AP_PORT otherwise.")
@click.option(
    "--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Folder for database, files and keys; AP_DATA_DIR otherwise."
)
def serve(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Run the server in the foreground."""
    gc.disable()  # until it listens (`bootstrap.serving`): imports leave no garbage, and looking for it was a fifth of the start
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type] - structlog would load it where it is, and show what functions hold in tracebacks
    from piecework.server.kernel.settings import SettingsError, load_settings

    try:
        settings = load_settings(os.environ, {"host": host, "port": port, "data_dir": data_dir})
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    from piecework.server import bootstrap
    from piecework.server.kernel.folder_lock import FolderInUse
    from piecework.server.kernel.schema_version import MigrationError

    try:
        bootstrap.serve(settings)
    except (FolderInUse, MigrationError) as error:
        raise click.ClickException(str(error)) from None


for command in (
    bench_command,
    check_piece_command,
    export_command,
    import_command,
    migrate_command,
    new_piece_command,
    pieces_command,
    rotate_encryption_key_command,
    run_command,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
