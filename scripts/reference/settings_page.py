"""docs/reference/settings.md, from the schema of the settings."""

from collections.abc import Iterator
from datetime import timedelta

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from piecework.server.kernel.settings import legacy
from piecework.server.kernel.settings.schema import SECTIONS, Settings
from piecework.server.kernel.settings.values import DefaultText, Planned, allowed_values, find_constraint, is_secret
from reference.markdown import cell

OPENING = """\
# Settings

A setting is an environment variable. None needs to be set: `piecework serve` starts with the defaults below and keeps what it generates
in `AP_DATA_DIR`. What the command line says (`--port`, `--data-dir`) wins over the environment, and the environment over the default.

Names and units are those of Activepieces 0.83, so that an existing environment can be kept. Every value is checked at start-up; a server
that cannot use one does not start, and lists everything that is wrong at once, without showing secrets. An empty variable counts as not
set. A name that is not known is reported in the log, with the one that was probably meant. The case of a listed value does not matter.

*Planned* marks what is read and checked but has no effect in this version; setting it is reported in the log too. *Secret* marks what is
never shown in logs or errors."""


def settings_page() -> str:
    """Every setting with what it allows, its default and its meaning, section by section."""
    sections = (line for section in SECTIONS for line in _settings_section(section))
    return "\n".join([OPENING, *sections, *_legacy_names()]) + "\n"


def _settings_section(section: type[BaseModel]) -> Iterator[str]:
    yield from ("", f"## {section.__doc__}", "", "| Variable | Allowed | Default | Meaning |", "|---|---|---|---|")
    for name in section.model_fields:
        field = Settings.model_fields[name]
        marks = [*(["*Planned.*"] if find_constraint(field, Planned) else []), *(["*Secret.*"] if is_secret(field.annotation) else [])]
        meaning = " ".join([*marks, field.description or ""])
        yield f"| `AP_{name.upper()}` | {cell(allowed_values(field))} | {_default(field)} | {cell(meaning)} |"


def _default(field: FieldInfo) -> str:
    if text := find_constraint(field, DefaultText):
        return text.text
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value is PydanticUndefined or value == () or value == {}:
        return "—"
    if isinstance(value, timedelta):
        return f"`{value.total_seconds():g} seconds`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _legacy_names() -> Iterator[str]:
    yield from ("", "## Names and values of other versions", "", "Whoever sets one of these is told so at start-up.", "")
    yield from ("| Retired | Write |", "|---|---|")
    yield from (f"| `{name}` | `{successor}` |" for name, successor in legacy.RETIRED_NAMES.items())
    yield from (f"| `{name}={value}` | `{name}={successor}` |" for (name, value), successor in legacy.RETIRED_VALUES.items())
    yield from ("", "| Without effect | Because |", "|---|---|")
    yield from (f"| `{name}` | {reason} |" for name, reason in legacy.WITHOUT_EFFECT.items())
