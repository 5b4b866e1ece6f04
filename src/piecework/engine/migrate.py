"""Brings flow documents of other schema versions to ours (spec/flow-json.md §5).

Older documents (a missing version counts as 0) pass one step function for each version on the way up. Newer ones, to 26, are brought down:
what their references mean is kept, and what schema 20 cannot say is refused. Trees are not yet checked here: functions change what they
recognise and leave the rest to ``parse_trigger``.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from piecework.engine.references import Reference, Rewrite, means_step, rewrite_step, step_references
from piecework.engine.tree import transform, walk
from piecework.spec.flow import SCHEMA_VERSION, ActionType, BranchType, InvalidFlow, RouterExecutionType, Step, TriggerType
from piecework.spec.shape import Problem

NEWEST_READABLE: Final = 26
"""The newest schema that is understood (Activepieces of November 2026)."""

_NESTED_OUTPUTS: Final = 22
"""Since this schema a step's output is read as ``step_1['output']`` and its error as ``step_1['error']``."""

_AI: Final = "@activepieces/piece-ai"
_AGENT: Final = "@activepieces/piece-agent"
_HTTP: Final = "@activepieces/piece-http"
_TABLES: Final = "@activepieces/piece-tables"
_WEBHOOK: Final = "@activepieces/piece-webhook"

Settings = dict[str, Any]
Migration = Callable[[Step], Step]


def migrate(trigger: Step, schema_version: str | None) -> Step:
    """The step tree in schema 20.

    Raises InvalidFlow for a version that is no number or newer than ``NEWEST_READABLE``, and for a newer flow that reads a step's error.
    """
    version = _number(schema_version)
    for origin in range(version, int(SCHEMA_VERSION)):
        if origin in _UPWARD:
            trigger = transform(trigger, _UPWARD[origin])
    if version >= _NESTED_OUTPUTS:
        trigger = _flatten_outputs(trigger)
    return trigger


def _number(schema_version: str | None) -> int:
    if schema_version is None:
        return 0
    if not schema_version.isascii() or not schema_version.isdigit():
        raise InvalidFlow([Problem("schemaVersion", f"Invalid schema version {schema_version!r}: expected a number")])
    if len(schema_version) > 3 or int(schema_version) > NEWEST_READABLE:
        message = f"Schema version {schema_version[:20]} is newer than {NEWEST_READABLE}, the newest that can be imported"
        raise InvalidFlow([Problem("schemaVersion", message)])
    return int(schema_version)


# Upwards, one function a version ------------------------------------------------------------------------------------------------------


def _branch_to_router(step: Step) -> Step:
    """0 → 1: BRANCH with two actions becomes a ROUTER with the branches "Branch 1" and "Otherwise"."""
    if step.get("type") != "BRANCH":
        return step
    kept = {key: value for key, value in step.items() if key not in ("onSuccessAction", "onFailureAction")}
    old = _settings(step)
    settings = {key: value for key, value in old.items() if key != "conditions"}
    settings["branches"] = [
        {"branchName": "Branch 1", "branchType": BranchType.CONDITION, "conditions": old.get("conditions", [])},
        {"branchName": "Otherwise", "branchType": BranchType.FALLBACK},
    ]
    settings["executionType"] = RouterExecutionType.EXECUTE_FIRST_MATCH
    children = [step.get("onSuccessAction"), step.get("onFailureAction")]
    return {**kept, "type": ActionType.ROUTER, "settings": settings, "children": children}


def _http_response_to_webhook(step: Step) -> Step:
    """5 → 6: the HTTP piece's return_response moved to the webhook piece, its inputs into ``fields``."""
    settings = _settings(step)
    if not _is_piece(step, _HTTP) or settings.get("actionName") != "return_response":
        return step
    old = _input(step)
    body = old.get("body")
    fields = {key: old[key] for key in ("status", "headers") if old.get(key) is not None}
    if isinstance(body, dict) and not _older(settings.get("pieceVersion"), (0, 5, 0)):
        fields |= {"body": body["data"]} if "data" in body else {}
    elif isinstance(body, dict):
        fields["body"] = body
    return _with_settings(
        step,
        pieceName=_WEBHOOK,
        pieceVersion="0.1.20",
        input={"respond": "stop", "responseType": old.get("body_type") or "json", "fields": fields},
        propertySettings={},
        inputUiInfo={},
    )


def _property_settings(step: Step) -> Step:
    """6 → 7: ``inputUiInfo.customizedInputs`` and ``schema`` become ``propertySettings``; ``inputUiInfo`` goes.

    A customised input is DYNAMIC: its value is an expression typed in place of the property's own control. Settings that are there win.
    """
    settings = _settings(step)
    ui = _object(settings.get("inputUiInfo"))
    customized, schemas = _object(ui.get("customizedInputs")), _object(settings.get("schema"))
    kept = {key: value for key, value in settings.items() if key not in ("inputUiInfo", "schema")}
    logo = customized.get("logoUrl") or step.get("customLogoUrl")
    if logo:
        kept.setdefault("customLogoUrl", logo)
    if step.get("type") in (ActionType.PIECE, TriggerType.PIECE):
        derived = {
            key: {"type": "DYNAMIC" if customized.get(key) else "MANUAL", **({"schema": schemas[key]} if key in schemas else {})}
            for key in _input(step)
        }
        kept["propertySettings"] = derived | _object(settings.get("propertySettings"))
    return {**step, "settings": kept} if isinstance(step.get("settings"), dict) else step


def _agent_tools(step: Step) -> Step:
    """8 → 9: an agent's piece tools carry their connection as a predefined input."""
    if not _is_piece(step, _AGENT):
        return step
    tools = _input(step).get("agentTools")
    tools = [_agent_tool(tool) for tool in tools] if isinstance(tools, list) else []
    return _with_settings(step, pieceVersion="0.3.7", input=_input(step) | {"agentTools": tools})


def _agent_tool(tool: Any) -> Any:
    piece = _object(_object(tool).get("pieceMetadata"))
    if not isinstance(tool, dict) or tool.get("type") != "PIECE":
        return tool
    connection = piece.get("connectionExternalId")
    predefined = {"auth": f"{{{{connections['{connection}']}}}}"} if connection else {}
    named = {key: piece.get(key) for key in ("pieceName", "pieceVersion", "actionName")}
    return {"type": "PIECE", "toolName": tool.get("toolName"), "pieceMetadata": named | {"predefinedInput": predefined}}


def _ai_pieces(step: Step) -> Step:
    """9 → 10: text-ai, utility-ai and image-ai became piece-ai; a few inputs got other names."""
    old = _input(step)
    name = _settings(step).get("pieceName") if step.get("type") == ActionType.PIECE else None
    model = old.get("model")
    new = old | ({"model": model.get("modelId")} if isinstance(model, dict) else {})
    if name == "@activepieces/piece-text-ai" and _settings(step).get("actionName") == "askAi":
        search = _object(old.get("webSearchOptions"))
        sources = search.get("includeSources", old.get("includeSources"))
        new["webSearchOptions"] = search | ({"includeSources": sources} if sources is not None else {})
        gone = ("maxTokens", "includeSources")
    elif name in ("@activepieces/piece-text-ai", "@activepieces/piece-utility-ai"):
        if "maxTokens" in old:
            new["maxOutputTokens"] = old["maxTokens"]
        if name == "@activepieces/piece-utility-ai" and "schama" in old:
            new["schema"] = old["schama"]
        gone = ("maxTokens", "schama")
    elif name == "@activepieces/piece-image-ai":
        new["images"] = [{"file": old["image"]}] if old.get("image") is not None else old.get("files", [])
        size = old.get("resolution", old.get("size"))
        new["advancedOptions"] = _object(old.get("advancedOptions")) | ({"size": size} if size is not None else {})
        gone = ("resolution",)
    else:
        return step
    return _with_settings(step, pieceName=_AI, pieceVersion="0.0.2", input={key: each for key, each in new.items() if key not in gone})


def _ai_provider(step: Step) -> Step:
    """10 → 11: the first versions of piece-ai are 0.0.4."""
    if _is_piece(step, _AI) and _settings(step).get("pieceVersion") in ("0.0.1", "0.0.2"):
        return _with_settings(step, pieceVersion="0.0.4")
    return step


def _tables_v2(step: Step) -> Step:
    """11 → 12: piece-tables 0.2.10. The ids of fields in its inputs belong to the exporting server and stay as they are."""
    version = str(_settings(step).get("pieceVersion", ""))
    if _is_piece(step, _TABLES) and ("0.1." in version or "0.2." in version):
        return _with_settings(step, pieceVersion="0.2.10")
    return step


def _ai_model(step: Step) -> Step:
    """14 → 16: piece-ai 0.1.0; run_agent reads provider and model as one input."""
    if not _is_piece(step, _AI):
        return step
    settings: Settings = {"pieceVersion": "0.1.0"}
    if _settings(step).get("actionName") == "run_agent":
        old = _input(step)
        settings["input"] = old | {"aiProviderModel": {"provider": old.get("provider"), "model": old.get("model")}}
    return _with_settings(step, **settings)


def _tables_v3(step: Step) -> Step:
    """18 → 19: piece-tables 0.3.0."""
    return _with_settings(step, pieceVersion="0.3.0") if _is_piece(step, _TABLES) else step


def pin_version(step: Step) -> Step:
    """19 → 20, and every ADD and UPDATE: ``~`` and ``^`` before a piece's version go."""
    version = _settings(step).get("pieceVersion")
    if isinstance(version, str) and version[:1] in ("~", "^"):
        return _with_settings(step, pieceVersion=version[1:])
    return step


def _pinned(piece: str, version: str) -> Migration:
    def pin(step: Step) -> Step:
        return _with_settings(step, pieceVersion=version) if _is_piece(step, piece) else step

    return pin


_UPWARD: Final[Mapping[int, Migration]] = {
    0: _branch_to_router,
    2: _pinned(_AGENT, "0.2.0"),
    3: _pinned(_AGENT, "0.2.2"),
    4: _pinned(_AGENT, "0.2.4"),
    5: _http_response_to_webhook,
    6: _property_settings,
    7: _pinned(_AGENT, "0.3.0"),
    8: _agent_tools,
    9: _ai_pieces,
    10: _ai_provider,
    11: _tables_v2,
    15: _ai_model,
    18: _tables_v3,
    19: pin_version,
}
"""What each version changed in a step, by the version it started from.

Not here: connection ids (1) and notes (13), which are no part of the tree; exact versions (12), which need the server's pieces; 14, which
15 repeats; 16, names of tools that the agent builds itself; dates (17), which an import sets anew.
"""


def _settings(step: Step) -> Settings:
    return _object(step.get("settings"))


def _input(step: Step) -> dict[str, Any]:
    return _object(_settings(step).get("input"))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_piece(step: Step, piece: str) -> bool:
    return step.get("type") == ActionType.PIECE and _settings(step).get("pieceName") == piece


def _with_settings(step: Step, **changed: Any) -> Step:
    return {**step, "settings": _settings(step) | changed}


def _older(version: Any, than: tuple[int, int, int]) -> bool:
    parts = str(version).lstrip("~^").split(".")
    return len(parts) == 3 and all(part.isdigit() for part in parts) and tuple(map(int, parts)) < than


# Downwards ----------------------------------------------------------------------------------------------------------------------------


def _flatten_outputs(trigger: Step) -> Step:
    """22 → 20: ``step_1['output'].x`` is ``step_1.x`` again.

    A step used as a whole, or by another key, is ``({output: step_1})``: the object that newer flows see. ``step_1['error']`` has no equal,
    since schema 20 gives expressions no errors: it is refused.
    """
    names = {str(step.get("name")) for step in walk(trigger)}
    problems = [
        Problem("trigger", f"{step.get('name')} reads the error of {reference.name} ({path}): schema {SCHEMA_VERSION} has no word for that")
        for step in walk(trigger)
        for path, reference in step_references(step)
        if means_step(reference.name, names) and reference.accessors and reference.accessors[0][0] == "error"
    ]
    if problems:
        raise InvalidFlow(problems)
    return transform(trigger, lambda step: rewrite_step(step, _flattening(names)))


def _flattening(names: set[str]) -> Rewrite:
    def change(reference: Reference) -> tuple[int, int, str] | None:
        if not means_step(reference.name, names):
            return None
        if reference.accessors and reference.accessors[0][0] == "output":
            return reference.end, reference.accessors[0][1], ""
        whole = f"({{output: {reference.name}}})"
        return reference.start, reference.end, f"{reference.name}: {whole}" if reference.shorthand else whole

    return change
