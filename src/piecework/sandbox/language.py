"""Which language a code step is written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Language(StrEnum):
    """How a step runs. TypeScript is JavaScript by then: ``SandboxPool.compile`` has stripped its types."""

    JAVASCRIPT = "JAVASCRIPT"
    PYTHON = "PYTHON"


_NAMED = {"JAVASCRIPT": Language.JAVASCRIPT, "TYPESCRIPT": Language.JAVASCRIPT, "PYTHON": Language.PYTHON}
_PYTHON_ENTRY = re.compile(r"^(?:async[ \t]+)?def[ \t]+code[ \t]*\(", re.MULTILINE)
_JAVASCRIPT_ENTRY = re.compile(r"^[ \t]*(?:export|const)\b", re.MULTILINE)


def detect_language(source_code: Mapping[str, Any]) -> Language:
    """The language of ``settings.sourceCode`` (``{code, packageJson, language?}``).

    An explicit ``language`` wins (JAVASCRIPT, TYPESCRIPT or PYTHON in any case; else ValueError). Without one, a ``def code(`` at the start
    of a line and no ``export`` or ``const`` statement means Python: the wire itself knows JavaScript only.
    """
    named = source_code.get("language")
    if named:
        try:
            return _NAMED[str(named).upper()]
        except KeyError:
            raise ValueError(f"sourceCode.language must be JAVASCRIPT, TYPESCRIPT or PYTHON, received: {named!r}") from None
    code = str(source_code.get("code") or "")
    return Language.PYTHON if _PYTHON_ENTRY.search(code) and not _JAVASCRIPT_ENTRY.search(code) else Language.JAVASCRIPT
