"""Routes under /health."""

from typing import Annotated

from fastapi import Response

from piecework.server.kernel.http import CallerOf, Provided, Routes, reply
from piecework.server.modules.health.schemas import Health, RuntimeHealth, SystemHealth
from piecework.server.modules.health.service import HealthService, RuntimeService

routes = Routes("health", "/health")
HealthChecks = Annotated[HealthService, Provided(HealthService)]
RuntimeChecks = Annotated[RuntimeService, Provided(RuntimeService)]


@routes.get("", response_model=Health, summary="Health", responses={503: {"description": "The server cannot work.", "model": Health}})
async def get_health(health: HealthChecks) -> Response:
    """Whether the server can do its work; for load balancers and supervisors."""
    return reply({"status": "Healthy"}) if await health.is_healthy() else reply({"status": "Unhealthy"}, 503)


@routes.get("/system", response_model=SystemHealth, summary="Health of the machine")
async def get_system_health(caller: CallerOf, health: HealthChecks) -> Response:
    """Whether the machine has what the server wants. For platform administrators."""
    await caller.admin()
    return reply(await health.system())


@routes.get("/runtime", response_model=RuntimeHealth, summary="State of what runs flows")
async def get_runtime_health(caller: CallerOf, runtime: RuntimeChecks) -> Response:
    """Returns queue depth, workers, sandbox, database, disk and memory at this moment. For platform administrators."""
    await caller.admin()
    return reply(await runtime.now())
