"""Flow documents from outside: a JSON file, JSON text or a parsed value, in any of the shapes in which flows are exported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from piecework.engine.template import ImportRequest, parse_template
from piecework.spec import jsons
from piecework.spec.flow import InvalidFlow
from piecework.spec.operations import OperationType
from piecework.spec.shape import Problem

FlowDocument = Mapping[str, Any] | str | Path
"""A parsed document, the path of a JSON file, or JSON text (a text that starts with ``{``)."""


def read_document(document: FlowDocument) -> Any:
    """The parsed document, unchecked. Raises OSError for a file that cannot be read and jsons.InvalidJson for text that is not JSON."""
    if isinstance(document, Mapping):
        return dict(document)
    is_text = isinstance(document, str) and document.lstrip().startswith("{")
    return jsons.loads(document if isinstance(document, str) and is_text else Path(document).read_bytes())


def find_flows(raw: Any) -> list[ImportRequest]:
    """The flows of a parsed document: every shape that ``parse_template`` takes, and the IMPORT_FLOW operation itself. Raises InvalidFlow."""
    if isinstance(raw, dict) and raw.get("type") == OperationType.IMPORT_FLOW and isinstance(raw.get("request"), dict):
        raw = raw["request"]
    return parse_template(raw)


def the_only_flow(raw: Any) -> ImportRequest:
    """The flow of a document that holds one. Raises InvalidFlow, also when there are several."""
    flows = find_flows(raw)
    if len(flows) != 1:
        names = ", ".join(repr(flow.request["displayName"]) for flow in flows)
        raise InvalidFlow([Problem("flows", f"The document holds {len(flows)} flows ({names}): expected one")])
    return flows[0]
