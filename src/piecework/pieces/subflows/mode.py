"""Data as keys and values, or as any JSON: the choice that the trigger and both actions have."""

from typing import Annotated, Any

from piecework.sdk import Json, Object, Property, StaticDropdown
from piecework.sdk.properties import UNSET

Mode = Annotated[
    str,
    StaticDropdown(
        "Mode",
        "Simple: keys and values. Advanced: any JSON.",
        options={"Simple": "simple", "Advanced": "advanced"},
        disabled=False,
        required=True,
    ),
]


def data_field(mode: str | None, title: str, help_text: str | None = None, *, default: Any = UNSET) -> Property:
    """The field for data in this mode."""
    kind = Object if mode == "simple" else Json
    return kind(title, help_text, required=True, default=default)
