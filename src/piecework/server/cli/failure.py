"""How a command fails: one line on stderr and exit code 1 (2 is click's, for a call that is wrong in itself)."""

from collections.abc import Generator
from contextlib import contextmanager

import click


class CommandFailed(click.ClickException):
    """What the user asked for cannot be done; the message says why, in one line where it can."""


@contextmanager
def told_in_one_line(*errors: type[Exception], prefix: str = "") -> Generator[None, None, None]:
    """Turns errors that are the user's business into CommandFailed."""
    try:
        yield
    except errors as error:
        raise CommandFailed(prefix + (str(error) or type(error).__name__)) from error
