"""The measured flows (docs/explanation/performance.md), as IMPORT_FLOW requests."""

from typing import Any

Step = dict[str, Any]

REFERENCE_ANSWER = b'{"result":6}'
LOOP_ITEMS = 10


def reference_flow() -> Step:
    """Webhook → math helper (2 + 3) → code → answer: the flow of Activepieces' own published benchmark."""
    return _flow(
        "Benchmark: reference",
        _piece("step_1", "math-helper", "0.0.21", "addition_math", {"first_number": 2, "second_number": 3}),
        _code("step_2", "export const code = async (inputs) => { return inputs.sum + 1; }", {"sum": "{{step_1}}"}),
        _piece(
            "step_3",
            "webhook",
            "0.1.33",
            "return_response",
            {"responseType": "json", "respond": "stop", "fields": {"status": 200, "headers": {}, "body": {"result": "{{step_2}}"}}},
        ),
    )


def asynchronous_flow() -> Step:
    """Webhook → data mapper → data mapper → router with two branches → loop over ten items with a data mapper inside."""
    vip = {"operator": "TEXT_EXACTLY_MATCHES", "firstValue": "{{step_2['tier']}}", "secondValue": "vip", "caseSensitive": False}
    router: Step = _step(
        "step_3",
        "ROUTER",
        {
            "executionType": "EXECUTE_FIRST_MATCH",
            "branches": [
                {"branchName": "VIP", "branchType": "CONDITION", "conditions": [[vip]]},
                {"branchName": "Otherwise", "branchType": "FALLBACK"},
            ],
        },
    )
    router["children"] = [_mapper("step_4", {"discount": 10}), _mapper("step_5", {"discount": 0})]
    loop = _step("step_6", "LOOP_ON_ITEMS", {"items": "{{trigger['body']['items']}}"})
    loop["firstLoopAction"] = _mapper("step_7", {"line": "{{step_6['item']['sku']}}", "number": "{{step_6['index']}}"})
    return _flow(
        "Benchmark: asynchronous",
        _mapper("step_1", {"customer": "{{trigger['body']['customer']}}", "count": "{{trigger['body']['items'].length}}"}),
        _mapper("step_2", {"who": "{{step_1['customer']['name']}}", "tier": "{{step_1['customer']['tier']}}"}),
        router,
        loop,
    )


def asynchronous_payload() -> Step:
    """What starts the asynchronous flow."""
    items = [{"sku": f"SKU-{number}", "quantity": number} for number in range(1, LOOP_ITEMS + 1)]
    return {"customer": {"name": "Ada", "tier": "vip"}, "items": items}


def seeding_flow() -> Step:
    """Webhook → data mapper: the cheapest run that is a run, for filling the list."""
    return _flow("Benchmark: rows", _mapper("step_1", {"n": "{{trigger['body']['n']}}"}))


def looping_flow() -> Step:
    """A loop with a data mapper inside, for the engine alone."""
    loop = _step("step_1", "LOOP_ON_ITEMS", {"items": "{{trigger['items']}}"})
    loop["firstLoopAction"] = _mapper("step_2", {"value": "{{step_1['item']}}"})
    return _flow("Benchmark: engine", loop)


def _flow(name: str, *actions: Step) -> Step:
    trigger = _step(
        "trigger",
        "PIECE_TRIGGER",
        {**_settings("webhook", "0.1.33", {"authType": "none", "authFields": {}}), "triggerName": "catch_webhook"},
    )
    return {"displayName": name, "trigger": _chain(trigger, *actions), "schemaVersion": "20", "notes": []}


def _chain(first: Step, *rest: Step) -> Step:
    return {**first, "nextAction": _chain(*rest)} if rest else first


def _step(name: str, kind: str, settings: Step) -> Step:
    return {"name": name, "displayName": name, "type": kind, "valid": True, "settings": settings}


def _settings(piece: str, version: str, given: Step) -> Step:
    return {"pieceName": f"@activepieces/piece-{piece}", "pieceVersion": version, "input": given, "propertySettings": {}}


def _piece(name: str, piece: str, version: str, action: str, given: Step) -> Step:
    return _step(name, "PIECE", {**_settings(piece, version, given), "actionName": action, "errorHandlingOptions": {}})


def _mapper(name: str, mapping: Step) -> Step:
    return _piece(name, "data-mapper", "0.3.15", "advanced_mapping", {"mapping": mapping})


def _code(name: str, source: str, given: Step) -> Step:
    return _step(name, "CODE", {"input": given, "sourceCode": {"code": source, "packageJson": "{}"}, "errorHandlingOptions": {}})
