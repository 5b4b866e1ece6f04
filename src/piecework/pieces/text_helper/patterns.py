"""Search and replace by regular expressions in JavaScript's notation, bounded in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from piecework.pieces.text_helper.piece import piece
from piecework.sdk import HIDDEN, Checkbox, PieceError, ShortText

if TYPE_CHECKING:
    from regex import Match, Pattern

TIME_LIMIT = 1.0
"""Seconds that one search may take."""


@piece.action(name="replace", display_name="Replace", pure=True, error_handling=HIDDEN)
def replace(
    text: Annotated[str, ShortText("Text", "The text to change.")],
    searchValue: Annotated[str, ShortText("Search Value", "A text or a regular expression.")],
    replaceValue: Annotated[
        str | None, ShortText("Replace Value", "What to put in its place: nothing if empty; `$1` is the first group.")
    ] = None,
    replaceOnlyFirst: Annotated[bool | None, Checkbox("Replace Only First Match", "Leave further matches as they are.")] = None,
) -> str:
    """Replace what a text or regular expression matches."""
    pattern, template = compiled(searchValue), replaceValue or ""
    return bounded(lambda: pattern.sub(lambda match: expanded(template, match), text, 1 if replaceOnlyFirst else 0, timeout=TIME_LIMIT))


@piece.action(name="find", display_name="Find", pure=True, error_handling=HIDDEN)
def find(
    text: Annotated[str, ShortText("text", "The text to search.")],
    expression: Annotated[str, ShortText("Expression", "A text or a regular expression.")],
) -> list[str | None] | None:
    """Find the first match: a list of the match and its groups, or nothing."""
    pattern = compiled(expression)
    match = bounded(lambda: pattern.search(text, timeout=TIME_LIMIT))
    return None if match is None else [match[0], *match.groups()]


def compiled(expression: str) -> Pattern[str]:
    """Raises PieceError for an expression that is none."""
    import regex

    try:
        return regex.compile(expression)
    except regex.error as error:
        raise PieceError(f"Invalid regular expression: {expression} ({error})") from None


def bounded(search: Callable[[], Any]) -> Any:
    try:
        return search()
    except TimeoutError:
        raise PieceError(f"The regular expression took longer than {TIME_LIMIT:g} second(s)") from None


def expanded(template: str, match: Match[str]) -> str:
    """JavaScript's replacement text: ``$1``, ``$<name>``, ``$&`` and ``$$``; a ``$`` before anything else is itself."""
    import regex

    def piece_of(reference: Match[str]) -> str:
        whole = reference[0]
        if whole in ("$$", "$&"):
            return "$" if whole == "$$" else match[0]
        if reference["name"] is not None:
            return match.groupdict().get(reference["name"]) or ""
        number = int(reference["number"])
        return (match[number] or "") if 0 < number <= len(match.groups()) else whole

    return regex.sub(r"\$(?:\$|&|(?P<number>\d{1,2})|<(?P<name>\w+)>)", piece_of, template)
