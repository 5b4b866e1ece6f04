"""Routes under /human-input. They are public, as the pages are that ask."""

from typing import Annotated

from fastapi import Path, Query, Response

from piecework.server.kernel.http import Provided, Routes, reply
from piecework.server.kernel.ids import ID_PATTERN
from piecework.server.modules.human_input.schemas import ChatPage, DraftQuery, FormPage
from piecework.server.modules.human_input.service import HumanInputService

routes = Routes("human input", "/human-input")
Pages = Annotated[HumanInputService, Provided(HumanInputService)]
FlowId = Annotated[str, Path(alias="flowId", pattern=ID_PATTERN, description="The flow's id.")]


@routes.get("/form/{flowId}", response_model=FormPage, summary="Get the form of a flow")
async def get_form(pages: Pages, flow_id: FlowId, query: Annotated[DraftQuery, Query()]) -> Response:
    """Returns what the form of a flow asks. It is sent to the flow's webhook."""
    return reply(await pages.form(flow_id, use_draft=query.use_draft))


@routes.get("/chat/{flowId}", response_model=ChatPage, summary="Get the chat of a flow")
async def get_chat(pages: Pages, flow_id: FlowId, query: Annotated[DraftQuery, Query()]) -> Response:
    """Returns how the chat of a flow introduces itself. Messages are sent to the flow's synchronous webhook."""
    return reply(await pages.chat(flow_id, use_draft=query.use_draft))
