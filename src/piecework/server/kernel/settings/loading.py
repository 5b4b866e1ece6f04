"""Loading settings: an environment and command-line values in, one `Settings` or one `SettingsError` out.

1. What the command line says wins over the environment, and the environment over the default.
2. An empty variable counts as not set, because compose files and unit files write `AP_X=` for "nothing".
3. All problems are reported at once, each with the variable, its value (never a secret's) and what is allowed.
4. A name that nobody knows does not keep the server from starting, but is reported: it is nearly always a typing error.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from piecework.server.kernel.settings.legacy import RETIRED_NAMES, RETIRED_VALUES, WITHOUT_EFFECT
from piecework.server.kernel.settings.schema import SECTIONS, Settings
from piecework.server.kernel.settings.values import Planned, allowed_values, find_constraint, is_secret

PREFIX = "AP_"
_MASK = "********"
_LONGEST_SHOWN_VALUE = 100

FIELD_BY_VARIABLE = {PREFIX + name.upper(): name for section in SECTIONS for name in section.model_fields}
"""The environment variable of every setting, in the order of the reference, with the field that it fills."""


@dataclass(frozen=True)
class SettingProblem:
    """One setting that cannot be used: the variable, its value as it may be shown, what is wrong and what is allowed."""

    variable: str
    shown_value: str
    reason: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.variable}={self.shown_value}: {self.reason}; allowed: {self.allowed}"


class SettingsError(ValueError):
    """The settings cannot be used. `problems` lists every one of them; the message has a line for each, safe to be logged."""

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        self.problems = problems
        heading = "A setting cannot be used" if len(problems) == 1 else f"{len(problems)} settings cannot be used"
        super().__init__("\n  ".join([f"{heading}:", *map(str, problems)]))


def load_settings(environ: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Settings:
    """Returns the settings that `environ` (the AP_* names in it) and `overrides` (field names; None means not given) add up to.

    Raises SettingsError when a value is not allowed, TypeError when an override names no setting.
    """
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    if strangers := given.keys() - FIELD_BY_VARIABLE.values():
        raise TypeError(f"no such setting: {', '.join(sorted(strangers))}")
    variables = {name: value.strip() for name, value in environ.items() if name.startswith(PREFIX) and value.strip()}
    raw = {FIELD_BY_VARIABLE[name]: value for name, value in variables.items() if name in FIELD_BY_VARIABLE} | given
    try:
        return Settings.model_validate(raw | {"warnings": tuple(_warnings(variables))})
    except ValidationError as error:
        problems = _problems(error, raw)
    raise SettingsError(problems)  # outside of the handler, so that no traceback carries the raw values along


def _problems(error: ValidationError, raw: Mapping[str, Any]) -> tuple[SettingProblem, ...]:
    """One problem for each field, in the order of the reference; a default that could not be computed because of another field is none."""
    first_detail: dict[str, ErrorDetails] = {}
    for detail in error.errors(include_url=False):
        if detail["type"] != "default_factory_not_called":
            first_detail.setdefault(str(detail["loc"][0]), detail)
    return tuple(
        _problem(variable, raw[field], first_detail[field]) for variable, field in FIELD_BY_VARIABLE.items() if field in first_detail
    )


def _problem(variable: str, value: Any, detail: ErrorDetails) -> SettingProblem:
    field = Settings.model_fields[FIELD_BY_VARIABLE[variable]]
    secret = is_secret(field.annotation)
    shown = _MASK if secret else repr(str(value)) if len(str(value)) <= _LONGEST_SHOWN_VALUE else f"{str(value)[:_LONGEST_SHOWN_VALUE]!r}…"
    successor = RETIRED_VALUES.get((variable, str(value).upper()))
    cause = detail.get("ctx", {}).get("error")
    reason = f"it is retired, write {successor}" if successor else str(cause) if cause and not secret else "it is not allowed"
    return SettingProblem(variable, shown, reason, allowed_values(field))


def _warnings(variables: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(variables):
        if name in FIELD_BY_VARIABLE:
            if find_constraint(Settings.model_fields[FIELD_BY_VARIABLE[name]], Planned):
                yield f"{name} is accepted but has no effect in this version"
        elif name in RETIRED_NAMES:
            yield f"{name} is retired and was not read: set {RETIRED_NAMES[name]}"
        elif name in WITHOUT_EFFECT:
            yield f"{name} has no effect: {WITHOUT_EFFECT[name]}"
        else:
            close = difflib.get_close_matches(name, FIELD_BY_VARIABLE, n=1)
            yield f"{name} is not known" + (f": did you mean {close[0]}?" if close else "")
