"""Templates: flows as they leave and enter the platform (spec/flow-json.md §6)."""

from dataclasses import dataclass
from typing import Any

from piecework.engine.edit.steps import with_sample_data
from piecework.engine.edit.version import Version
from piecework.engine.steps import kind_of
from piecework.engine.tree import transform, walk
from piecework.spec.flow import SCHEMA_VERSION, InvalidFlow, Step
from piecework.spec.shape import Problem, array, join, members, nullable, optional, string, text

_FLOW = members(displayName=text, trigger=members(), schemaVersion=optional(nullable(string)), notes=optional(nullable(array(members()))))


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """One flow of a template. ``request`` is the request of an IMPORT_FLOW operation; ``path`` is where it stood (``flows.0``)."""

    request: dict[str, Any]
    path: str


def parse_template(raw: object) -> list[ImportRequest]:
    """The flows of a received template; their trees are checked when they are imported.

    Accepts a SharedTemplate (``flows``), one flow of it (``trigger``), a flow as the API gives it (``version``), and the envelope of older
    exports (``template``, whose name may stand outside). Raises InvalidFlow for anything else.
    """
    if not isinstance(raw, dict):
        raise InvalidFlow(list(members()(raw, "")))
    found = _flows(raw)
    if not found:
        raise InvalidFlow([Problem("", "Not a flow template: expected flows, template, version or trigger")])
    problems = [problem for flow, path in found for problem in _FLOW(flow, path)]
    if problems:
        raise InvalidFlow(problems)
    return [ImportRequest(_import_request(flow), path) for flow, path in found]


def _flows(raw: dict[str, Any]) -> list[tuple[Any, str]]:
    if isinstance(raw.get("flows"), list):
        return [(flow, join("flows", index)) for index, flow in enumerate(raw["flows"])]
    for envelope in ("template", "version"):
        if isinstance(raw.get(envelope), dict):
            named = {"displayName": raw["name"]} if "name" in raw else {}
            return [(named | raw[envelope], envelope)]
    return [(raw, "")] if "trigger" in raw else []


def _import_request(flow: dict[str, Any]) -> dict[str, Any]:
    return {
        "displayName": flow["displayName"],
        "trigger": flow["trigger"],
        "schemaVersion": flow.get("schemaVersion"),
        "notes": flow.get("notes") or [],
    }


def pieces_used(trigger: Step) -> list[str]:
    """Names of the pieces of a flow, each once, in order of use."""
    return list(dict.fromkeys(step["settings"]["pieceName"] for step in walk(trigger) if kind_of(step).needs_piece))


def to_template(version: Version, *, author: str = "", metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """The SharedTemplate of a version, as 0.83 gives it: ids of sample data are left out."""
    flow = {
        "displayName": version.display_name,
        "trigger": transform(version.trigger, _without_samples),
        "valid": version.valid,
        "schemaVersion": SCHEMA_VERSION,
        "notes": list(version.notes),
    }
    return {
        "name": version.display_name,
        "type": "SHARED",
        "summary": "",
        "description": "",
        "tags": [],
        "blogUrl": "",
        "metadata": metadata,
        "author": author,
        "categories": [],
        "pieces": pieces_used(version.trigger),
        "flows": [flow],
        "status": "PUBLISHED",
    }


def _without_samples(step: Step) -> Step:
    if "sampleData" not in step["settings"]:
        return step
    return with_sample_data(step, None if kind_of(step).is_trigger else {})
