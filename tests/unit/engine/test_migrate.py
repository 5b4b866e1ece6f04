"""Documents of other schema versions, brought to ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from piecework.engine.edit import EditContext, import_flow
from piecework.engine.migrate import migrate
from piecework.engine.template import parse_template, pieces_used, to_template
from piecework.engine.tree import locate, step_names
from piecework.engine.validation import recompute_valid
from piecework.spec.flow import InvalidFlow, Step
from tests.unit.engine.trees import NOW, chain, code, condition, loop, piece, router, text, trigger

CONTEXT = EditContext(NOW, "user")
TEMPLATES = Path(__file__).parents[2] / "recordings" / "templates"


def settings_of(tree: Step, name: str) -> dict[str, Any]:
    found = locate(tree, name)
    assert found is not None
    return found.step["settings"]


def imported(tree: Step, version: str | None) -> Step:
    return import_flow({"displayName": "Old", "trigger": tree, "schemaVersion": version, "notes": None}, CONTEXT).trigger


def error(tree: Step, version: str | None) -> str:
    with pytest.raises(InvalidFlow) as caught:
        imported(tree, version)
    return str(caught.value)


# Older ------------------------------------------------------------------------------------------------------------------------------


def old_branch(name: str, success: Step | None, failure: Step | None, after: Step | None = None) -> Step:
    step = {
        "name": name,
        "type": "BRANCH",
        "displayName": "Branch",
        "valid": True,
        "settings": {"conditions": [[condition()]], "inputUiInfo": {}},
    }
    children = {"onSuccessAction": success, "onFailureAction": failure}
    return {**step, **{key: child for key, child in children.items() if child}, **({"nextAction": after} if after else {})}


def test_branches_become_routers() -> None:
    inner = old_branch("step_2", None, code("step_3"))
    tree = imported(trigger(old_branch("step_1", inner, None, after=loop("step_4", old_branch("step_5", code("step_6"), None)))), None)
    assert step_names(tree) == ["trigger", "step_1", "step_2", "step_3", "step_4", "step_5", "step_6"]
    first = tree["nextAction"]
    assert first["type"] == "ROUTER"
    assert [child and child["name"] for child in first["children"]] == ["step_2", None]
    assert first["settings"] == {
        "branches": [
            {"branchName": "Branch 1", "branchType": "CONDITION", "conditions": [[condition()]]},
            {"branchName": "Otherwise", "branchType": "FALLBACK"},
        ],
        "executionType": "EXECUTE_FIRST_MATCH",
        "sampleData": {},
    }
    assert "onSuccessAction" not in first


def test_a_branch_in_a_newer_document_is_refused() -> None:
    assert "Unknown action type 'BRANCH'" in error(trigger(old_branch("step_1", None, None)), "3")


def test_customised_inputs_become_property_settings() -> None:
    old = piece("step_1", input={"a": 1, "b": 2}, schema={"b": {"x": 1}})
    del old["settings"]["propertySettings"]
    old["settings"]["inputUiInfo"] = {"customizedInputs": {"b": True, "logoUrl": "https://logo"}, "sampleDataFileId": "f"}
    settings = settings_of(imported(trigger(old), "6"), "step_1")
    assert settings["propertySettings"] == {"a": {"type": "MANUAL"}, "b": {"type": "DYNAMIC", "schema": {"x": 1}}}
    assert settings["customLogoUrl"] == "https://logo"
    assert "inputUiInfo" not in settings
    assert settings["sampleData"] == {}


def test_property_settings_that_are_there_win() -> None:
    old = piece("step_1", input={"a": 1}, propertySettings={"a": {"type": "DYNAMIC"}})
    assert settings_of(imported(trigger(old), None), "step_1")["propertySettings"] == {"a": {"type": "DYNAMIC"}}


def http_response(version: str, **given: Any) -> dict[str, Any]:
    old = piece("step_1", pieceName="@activepieces/piece-http", pieceVersion=version, actionName="return_response", input=given)
    return settings_of(imported(trigger(old), "5"), "step_1")


def test_http_responses_move_to_the_webhook_piece() -> None:
    new = http_response("~0.5.2", status=201, headers={"a": "b"}, body_type="raw", body={"data": "text"})
    assert (new["pieceName"], new["pieceVersion"]) == ("@activepieces/piece-webhook", "0.1.20")
    assert new["input"] == {"respond": "stop", "responseType": "raw", "fields": {"status": 201, "headers": {"a": "b"}, "body": "text"}}
    assert new["propertySettings"].keys() == {"respond", "responseType", "fields"}
    assert http_response("0.4.9", body={"x": 1})["input"] == {"respond": "stop", "responseType": "json", "fields": {"body": {"x": 1}}}


@pytest.mark.parametrize(
    ("name", "version", "result"),
    [
        ("@activepieces/piece-text-ai", "9", ("@activepieces/piece-ai", "0.1.0")),
        ("@activepieces/piece-ai", "19", ("@activepieces/piece-ai", "0.0.2")),
        ("@activepieces/piece-tables", "11", ("@activepieces/piece-tables", "0.3.0")),
        ("@activepieces/piece-agent", "3", ("@activepieces/piece-agent", "0.3.7")),
        ("@activepieces/piece-gmail", None, ("@activepieces/piece-gmail", "0.0.2")),
    ],
)
def test_pieces_that_moved(name: str, version: str | None, result: tuple[str, str]) -> None:
    settings = settings_of(imported(trigger(piece("step_1", pieceName=name, pieceVersion="^0.0.2")), version), "step_1")
    assert (settings["pieceName"], settings["pieceVersion"]) == result


def test_ai_inputs_get_their_new_names() -> None:
    def migrated(name: str, **given: Any) -> dict[str, Any]:
        return settings_of(imported(trigger(piece("step_1", pieceName=name, **given)), "9"), "step_1")["input"]

    asked = migrated(
        "@activepieces/piece-text-ai", actionName="askAi", input={"model": {"modelId": "m"}, "maxTokens": 1, "includeSources": True}
    )
    assert asked == {"model": "m", "webSearchOptions": {"includeSources": True}}
    assert migrated("@activepieces/piece-utility-ai", input={"schama": {}, "maxTokens": 2}) == {"schema": {}, "maxOutputTokens": 2}
    pictured = migrated("@activepieces/piece-image-ai", input={"image": "i", "resolution": "1x1"})
    assert pictured == {"image": "i", "images": [{"file": "i"}], "advancedOptions": {"size": "1x1"}}
    agent = migrated("@activepieces/piece-ai", actionName="run_agent", input={"provider": "p", "model": "m"})
    assert agent["aiProviderModel"] == {"provider": "p", "model": "m"}


def test_agent_tools_carry_their_connection() -> None:
    tool = {
        "type": "PIECE",
        "toolName": "t",
        "pieceMetadata": {"pieceName": "p", "pieceVersion": "1.0.0", "actionName": "a", "connectionExternalId": "c"},
    }
    old = piece("step_1", pieceName="@activepieces/piece-agent", input={"agentTools": [tool, {"type": "FLOW"}]})
    tools = settings_of(imported(trigger(old), "8"), "step_1")["input"]["agentTools"]
    assert tools[0]["pieceMetadata"]["predefinedInput"] == {"auth": "{{connections['c']}}"}
    assert tools[1] == {"type": "FLOW"}


def test_our_own_version_is_left_alone() -> None:
    tree = trigger(chain(piece("step_1", input={"a": "{{step_1['output'].x}}"}), router("step_2", code("step_3"))))
    assert migrate(tree, "20") is tree


# Newer ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newer", "ours"),
    [
        ("{{step_1['output'].x}}", "{{step_1.x}}"),
        ('{{step_1["output"]["x"]}}', '{{step_1["x"]}}'),
        ("{{step_1.output.x}} {{step_1?.output?.x}} {{step_1?.['output'][0]}}", "{{step_1.x}} {{step_1?.x}} {{step_1[0]}}"),
        ("{{trigger['output'].body.output}}", "{{trigger.body.output}}"),
        ("{{named['output']}}", "{{named}}"),
        ("{{step_99['output'].x}}", "{{step_99.x}}"),
        ("{{f(step_1['output'], trigger['output'][step_1['output'].i])}}", "{{f(step_1, trigger[step_1.i])}}"),
        ("{{ {a: step_1['output']} }}", "{{ {a: step_1} }}"),
        ("{{step_1}}", "{{({output: step_1})}}"),
        ("{{ {step_1} }}", "{{ {step_1: ({output: step_1})} }}"),
        ("{{step_1['status']}} {{step_1[key]}}", "{{({output: step_1})['status']}} {{({output: step_1})[key]}}"),
        (
            "{{other['output'].x}} {{connections['output']}} step_1['output']",
            "{{other['output'].x}} {{connections['output']}} step_1['output']",
        ),
        ("{{'step_1[\"output\"]'}}", "{{'step_1[\"output\"]'}}"),
        ("{{x.map(step_1 => step_1['output'])}}", "{{x.map(step_1 => step_1['output'])}}"),
        ("{{`${step_1['output'].x}`}}", "{{`${step_1.x}`}}"),
    ],
)
def test_references_of_newer_flows_mean_the_same(newer: str, ours: str) -> None:
    source = {"code": "export const code = async () => \"{{step_1['output']}}\";", "packageJson": "{}"}
    steps = chain(code("step_1", sourceCode=source), code("named", input={"a": [newer]}), loop("step_3", items=newer))
    tree = imported(trigger(steps), "22")
    assert settings_of(tree, "named")["input"] == {"a": [ours]}
    assert settings_of(tree, "step_3")["items"] == ours
    assert settings_of(tree, "step_1")["sourceCode"] == source


def test_schema_21_has_plain_references() -> None:
    tree = imported(trigger(code("step_1", input={"a": "{{trigger['output']}}"})), "21")
    assert settings_of(tree, "step_1")["input"] == {"a": "{{trigger['output']}}"}


@pytest.mark.parametrize("expression", ["step_1['error']['message']", "step_1.error", "step_1?.error?.message", "f(step_1.error)"])
def test_errors_have_no_equal(expression: str) -> None:
    message = error(trigger(chain(code("step_1"), code("step_2", input={"a": f"{{{{{expression}}}}}"}))), "26")
    assert message == "request.trigger step_2 reads the error of step_1 (settings.input.a): schema 20 has no word for that"


@pytest.mark.parametrize("kind", ["AI_ROUTER", "PROCESS_IN_BATCHES"])
def test_newer_step_kinds_are_refused_by_name(kind: str) -> None:
    message = error(trigger({**code("step_1"), "type": kind}), "26")
    assert message.startswith(f"request.trigger.nextAction.type Unknown action type '{kind}'")


@pytest.mark.parametrize("version", ["27", "9" * 5000, "-1", "x", "²", ""])
def test_versions_that_cannot_be_read(version: str) -> None:
    message = error(trigger(), version)
    assert message.startswith("request.schemaVersion ")
    assert len(message) < 5200


def test_garbage_in_old_documents_is_refused_not_crashed_on() -> None:
    for broken in ({}, {"type": "BRANCH", "settings": 3}, {"type": "PIECE", "settings": [], "name": 1}, {"settings": {"input": 4}}):
        assert error({**trigger(), "nextAction": broken}, None)
        assert error({**trigger(), "nextAction": broken}, "26")


# Templates --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.json")), ids=lambda path: path.stem)
def test_templates_of_a_real_server_come_in_and_go_out_unchanged(path: Path) -> None:
    raw = json.loads(path.read_text())
    [flow] = parse_template(raw)
    version = import_flow(flow.request, EditContext("now"))
    assert version.valid
    assert text(recompute_valid(version.trigger, lambda step: [])) == text(version.trigger)
    assert pieces_used(version.trigger) == raw["pieces"]
    again = to_template(version, author=raw["author"], metadata=raw["metadata"])
    assert json.loads(json.dumps(again), object_hook=undated) == json.loads(path.read_text(), object_hook=undated)


def undated(value: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key != "lastUpdatedDate"}


def test_every_envelope_is_opened() -> None:
    flow = {"displayName": "Flow", "trigger": trigger(), "schemaVersion": "20", "valid": True}
    bare = {"displayName": "Flow", "trigger": trigger(), "schemaVersion": "20", "notes": []}
    assert [each.request for each in parse_template({"name": "T", "flows": [flow, {**flow, "displayName": "B"}]})] == [
        bare,
        {**bare, "displayName": "B"},
    ]
    assert [each.request for each in parse_template(flow)] == [bare]
    assert [each.request for each in parse_template({"id": "x", "version": flow})] == [bare]
    assert [each.request for each in parse_template({"name": "Old", "template": flow})] == [bare]
    nameless = {"trigger": trigger()}
    [old] = parse_template({"name": "Old", "template": nameless})
    assert (old.request["displayName"], old.request["schemaVersion"]) == ("Old", None)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ([], "Invalid input: expected object, received array"),
        ({"a": 1}, "Not a flow template: expected flows, template, version or trigger"),
        ({"flows": []}, "Not a flow template: expected flows, template, version or trigger"),
        ({"flows": [1]}, "flows.0 Invalid input: expected object, received number"),
        ({"flows": [{"displayName": "a"}]}, "flows.0.trigger Invalid input: expected object, received undefined"),
        ({"trigger": {}}, "displayName Invalid input: expected string, received undefined"),
    ],
)
def test_what_is_no_template(raw: Any, message: str) -> None:
    with pytest.raises(InvalidFlow) as caught:
        parse_template(raw)
    assert str(caught.value) == message


def test_notes_come_along() -> None:
    note = {"id": "n", "content": "c", "color": "blue", "position": {"x": 0, "y": 0}, "size": {"width": 1, "height": 1}, "ownerId": "them"}
    version = import_flow({"displayName": "F", "trigger": trigger(), "schemaVersion": "20", "notes": [note]}, CONTEXT)
    assert version.notes == ({**note, "ownerId": "user", "createdAt": NOW, "updatedAt": NOW},)
    with pytest.raises(InvalidFlow, match=r"request\.notes\.0\.color"):
        import_flow({"displayName": "F", "trigger": trigger(), "schemaVersion": "20", "notes": [{**note, "color": "pink"}]}, CONTEXT)
