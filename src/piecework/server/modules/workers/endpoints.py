"""Routes under /worker-machines."""

from typing import Annotated

from fastapi import Response

from piecework.server.kernel.http import CallerOf, Provided, Routes, reply
from piecework.server.modules.workers.schemas import WorkerMachine
from piecework.server.modules.workers.service import WorkerService

routes = Routes("workers", "/worker-machines")
Workers = Annotated[WorkerService, Provided(WorkerService)]


@routes.get("", response_model=list[WorkerMachine], summary="List worker machines")
async def list_worker_machines(caller: CallerOf, workers: Workers) -> Response:
    """Returns the connected workers with what they have to work with. For platform administrators."""
    await caller.admin()
    return reply(await workers.machines())
