"""docs/reference/cli.md, from what click knows of its commands."""

import inspect
from collections.abc import Iterator

import click

from reference.markdown import cell

OPENING = """\
# Command line

`piecework COMMAND [OPTIONS]`. Every command has `--help`. Where an option says the same as a [setting](settings.md), the option wins."""


def cli_page(program: click.Group) -> str:
    """Every command below `program` with its arguments and options."""
    commands = (line for path, command in walk_commands(program) for line in _command(path, command))
    return "\n".join([OPENING, *commands]) + "\n"


def walk_commands(group: click.Group, path: str = "piecework") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something itself, with all the words that call it, in alphabetical order."""
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from walk_commands(command, f"{path} {name}")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{path} {name}", command


def _command(path: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    yield from (
        "",
        f"## `{path}`",
        "",
        inspect.cleandoc(command.help or "").replace("\b\n", ""),
        "",
        f"`{path} {' '.join(command.collect_usage_pieces(context))}`",
    )
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option) and not parameter.hidden]
    if options:
        yield from ("", "| Option | Meaning |", "|---|---|")
        yield from (_option(option, context) for option in options)


def _option(option: click.Option, context: click.Context) -> str:
    names, help_text = option.get_help_record(context) or (", ".join(option.opts), option.help or "")
    return f"| `{names.replace('|', '/')}` | {cell(help_text)} |"
