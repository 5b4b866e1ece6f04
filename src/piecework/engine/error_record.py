"""The machine-readable form of a failure, ``error`` in a step's record: the fields of spec/engine.md §3, of which this is the least.

``errorMessage`` beside it is what 0.83 keeps there: the text as the piece or the code gave it (recordings/flow-runs.json).
"""

from __future__ import annotations

from typing import Any

ERROR_VERSION = 1
ErrorRecord = dict[str, Any]
"""``{"__apErrorVersion", "message", "errorName", "status"?, "apiMessage"?, "requestUrl"?, "requestMethod"?, "requestBody"?, "responseBody"?,
"responseHeaders"?, "problems"?: [{"property", "message"}], "raw"?}``; ``raw`` is there where it says more than ``message``."""


def plain_error(message: str, name: str) -> ErrorRecord:
    """The record of a failure of which no more is known than a sentence and a name."""
    return {"__apErrorVersion": ERROR_VERSION, "message": message, "errorName": name}
