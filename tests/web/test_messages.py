"""The messages that the web application's code asks for exist, and those that exist are asked for.

That all languages have the same messages is checked beside the messages (web/src/i18n/messages.spec.ts).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WEB = Path(__file__).parents[2] / "web/src"
_QUOTED = re.compile(r"""['"`]([a-z][A-Za-z]*(?:\.\w+)+)['"`]""")
"""A literal that looks like a key of a message: `t('flows.title')`, `label: 'shell.flows'`."""
_ASKED = re.compile(r"""(?:\bt|translate|\btext)\(\s*['"]([a-z][A-Za-z]*(?:\.\w+)+)['"]\s*[,)]""")
"""A call that asks for one message: `t('flows.title')`, `transloco.translate('flows.title', …)`."""
_PREFIX = re.compile(r"""['"`]([a-z][A-Za-z]*(?:\.\w+)*\.)(?:['"]|\$\{)""")
"""The beginning of a key that is put together: `t('status.' + status)`, `problems.${code}`."""


def messages() -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for file in (WEB / "i18n/en").glob("*.json"):
        merged |= json.loads(file.read_text())
    return merged


def keys(tree: dict[str, Any], path: str = "") -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from keys(value, f"{path}{name}.")
        else:
            yield path + name


def sources() -> str:
    files = [file for pattern in ("*.ts", "*.html") for file in (WEB / "app").rglob(pattern) if ".spec." not in file.name]
    return "\n".join(file.read_text() for file in files if file.name != "schema.d.ts")


def test_every_message_that_is_asked_for_exists() -> None:
    asked = set(_ASKED.findall(sources()))
    assert asked, "nothing was found to check"
    known = {".".join(parts[start:]) for parts in (key.split(".") for key in keys(messages())) for start in range(len(parts) - 1)}
    assert sorted(asked - known) == []  # a template may leave out the area: *transloco="let t; prefix: 'canvas'"


def test_every_message_is_asked_for() -> None:
    text = sources()
    asked = set(_QUOTED.findall(text))
    prefixes = tuple(set(_PREFIX.findall(text)) | {f"{key}." for key in asked})  # `t(key + '.one')` for a key that stands elsewhere
    unused = [key for key in keys(messages()) if not key.startswith(prefixes) and not {key, key.partition(".")[2]} & asked]
    assert sorted(unused) == []
