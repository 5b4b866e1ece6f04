"""Calling a flow, and answering the flow that called."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from piecework.pieces.subflows.mode import Mode, data_field
from piecework.pieces.subflows.piece import piece
from piecework.pieces.subflows.trigger import TEST_CALLBACK
from piecework.sdk import (
    ActionContext,
    CallFailed,
    Checkbox,
    Dropdown,
    DropdownState,
    DynamicProperties,
    ErrorHandling,
    Option,
    PieceError,
    Property,
    Switch,
    WebhookPause,
)
from piecework.spec.flow import FlowStatus, TriggerType

Flow = Mapping[str, Any]


async def callable_flows(ctx: ActionContext) -> DropdownState:
    """The flows that can be called. One that is switched off is marked: it can be chosen, and has to be switched on before it is called."""
    options = [
        Option(_label(flow), {"externalId": flow["externalId"], "exampleData": _example(flow)})
        for flow in await ctx.flows.list()
        if _is_callable(flow)
    ]
    return DropdownState(options, placeholder=None if options else "Publish a flow that begins with Callable Flow first")


async def call_fields(ctx: ActionContext, flow: Any, mode: str | None) -> dict[str, Property]:
    """The field for the data, filled with the sample of the flow that is called."""
    if not isinstance(flow, Mapping):
        return {}
    chosen = cast("Flow", flow)
    found = await _find(ctx, chosen)
    example = chosen.get("exampleData") if found is None else _example(found)
    sample = cast("Flow", example).get("sampleData") if isinstance(example, Mapping) else None
    default: dict[str, Any] = {} if sample is None else {"default": sample}
    return {"payload": data_field(mode, "Payload", "What the flow is given.", **default)}


@piece.action(
    name="callFlow",
    display_name="Call Flow",
    error_handling=ErrorHandling(Switch(default=False, hide=False), Switch(default=False, hide=False)),
)
async def call_flow(
    ctx: ActionContext,
    flow: Annotated[
        dict[str, Any], Dropdown("Flow", "A published flow that begins with Callable Flow; it has to be enabled.", options=callable_flows)
    ],
    mode: Mode = "simple",
    *,
    flowProps: Annotated[dict[str, Any], DynamicProperties("", form=call_fields)],
    waitForResponse: Annotated[
        bool | None,
        Checkbox("Wait for Response", "Go on when the called flow has answered or ended. If it fails, this step fails."),
    ] = False,
) -> dict[str, Any]:
    """Start another flow, and wait for what it answers if you like."""
    if ctx.execution_type == "RESUME":
        return _answer((ctx.resume_payload or {}).get("body"))
    called = await _enabled(ctx, flow)
    body: dict[str, Any] = {"data": flowProps.get("payload")}
    if not waitForResponse:
        return {"runId": await ctx.flows.call(called["id"], body)}
    run_id = await ctx.flows.call(called["id"], body | {"callbackUrl": ctx.run.resume_url()}, wait=True)
    if ctx.test:
        return _answer(await ctx.flows.answer_to_test())
    ctx.run.pause(WebhookPause())
    return {"runId": run_id}


def response_fields(mode: str | None) -> dict[str, Property]:
    """The field for the answer."""
    return {"response": data_field(mode, "Response")}


@piece.action(name="returnResponse", display_name="Return Response")
async def return_response(
    ctx: ActionContext,
    mode: Mode = "simple",
    *,
    response: Annotated[dict[str, Any], DynamicProperties("Response", form=response_fields)],
) -> Any:
    """Answer the flow that called this one, if it waits, and go on. The output is the answer."""
    answer = response.get("response")
    call = ctx.trigger_output
    callback_url = cast("Flow", call).get("callbackUrl") if isinstance(call, Mapping) else None
    if isinstance(callback_url, str) and callback_url != TEST_CALLBACK and not ctx.test:
        await ctx.flows.answer(callback_url, {"status": "success", "data": answer})
    return answer


def _answer(body: Any) -> dict[str, Any]:
    """What the step gives for an answer. Raises CallFailed for the news that the called flow failed: ``{status: 'error', data: {message, link}}``."""
    answer = cast("Flow", body) if isinstance(body, Mapping) else {"status": "success", "data": body}
    data = answer.get("data")
    if answer.get("status") != "error":
        return {"status": answer.get("status"), "data": data}
    told = cast("Flow", data) if isinstance(data, Mapping) else {"message": data}
    message = str(told.get("message") or "The called flow failed")
    raise CallFailed(f"{message}\n{told['link']}" if told.get("link") else message)


async def _enabled(ctx: ActionContext, chosen: Flow) -> Flow:
    found = await _find(ctx, chosen)
    if found is None:
        raise PieceError("flow: the chosen flow does not exist, is not published, or does not begin with Callable Flow")
    if found["status"] != FlowStatus.ENABLED:
        name: str = found["version"]["displayName"]
        raise PieceError(f"flow: {name!r} is switched off; enable it before it is called")
    return found


async def _find(ctx: ActionContext, chosen: Flow) -> Flow | None:
    """The flow that the field's value means: by external id, or by id in flows that were made with early versions of this piece."""
    external_id = chosen.get("externalId")
    if isinstance(external_id, str):
        found = await ctx.flows.list([external_id])
    else:
        found = [flow for flow in await ctx.flows.list() if flow["id"] == chosen.get("id")]
    return next((flow for flow in found if _is_callable(flow)), None)


def _is_callable(flow: Flow) -> bool:
    trigger = flow["version"]["trigger"]
    return trigger["type"] == TriggerType.PIECE and trigger["settings"].get("pieceName") == piece.name


def _example(flow: Flow) -> Any:
    return flow["version"]["trigger"]["settings"].get("input", {}).get("exampleData")


def _label(flow: Flow) -> str:
    name: str = flow["version"]["displayName"]
    return name if flow["status"] == FlowStatus.ENABLED else f"{name} (inactive)"
