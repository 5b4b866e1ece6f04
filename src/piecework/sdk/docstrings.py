"""What a function's docstring says: the help text of a step, and that of its fields (``:param name: text``)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any, NamedTuple

_PARAM = re.compile(r"^:param (\w+):[ \t]*(.*(?:\n[ \t]+\S.*)*)\n?", re.MULTILINE)


class Documented(NamedTuple):
    """``text`` is the docstring without its ``:param`` entries; ``fields`` are those, by the parameter's name, each on one line."""

    text: str
    fields: dict[str, str]


def documented(function: Callable[..., Any]) -> Documented:
    """Read a function's docstring; both parts are empty where there is none."""
    text = inspect.cleandoc(function.__doc__ or "")
    fields = {name: " ".join(words.split()) for name, words in _PARAM.findall(text)}
    return Documented(_PARAM.sub("", text).strip() if fields else text, fields)
