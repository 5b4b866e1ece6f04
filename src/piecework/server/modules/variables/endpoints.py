"""Routes under /variables, and the one by which a running step asks for a value."""

from typing import Annotated

from fastapi import Path, Query, Response

from piecework.server.kernel.errors import entity_not_found
from piecework.server.kernel.http import CallerOf, EntityId, Page, Provided, Routes, no_content, reply
from piecework.server.modules.users.schemas import OwnerName
from piecework.server.modules.variables.schemas import (
    SetVariable,
    UpdateVariable,
    Variable,
    VariableOwnerQuery,
    VariableQuery,
    VariableText,
)
from piecework.server.modules.variables.service import VariableService, VariableValues

routes = Routes("variables", "/variables")
worker_routes = Routes("variables", "/worker/variables")
Variables = Annotated[VariableService, Provided(VariableService)]
Values = Annotated[VariableValues, Provided(VariableValues)]


@routes.post("", response_model=Variable, status_code=201, summary="Set a variable")
async def set_variable(caller: CallerOf, variables: Variables, request: SetVariable) -> Response:
    """Adds a variable to a project, or gives the one of this name another value."""
    return reply(await variables.put(await caller.enter(request.project_id), request), 201)


@routes.get("", response_model=Page[Variable], summary="List variables")
async def list_variables(caller: CallerOf, variables: Variables, query: Annotated[VariableQuery, Query()]) -> Response:
    """Returns the variables of a project without their values, oldest first."""
    await caller.enter(query.project_id)
    return reply(await variables.page(query))


@routes.get("/owners", response_model=Page[OwnerName], summary="List the owners of variables")
async def list_variable_owners(caller: CallerOf, variables: Variables, query: Annotated[VariableOwnerQuery, Query()]) -> Response:
    """Returns the people who own variables of a project."""
    user = await caller.enter(query.project_id)
    return reply(await variables.owners(query.project_id, user.platform_id))


@routes.post("/{id}", response_model=Variable, summary="Change a variable")
async def update_variable(caller: CallerOf, variables: Variables, variable_id: EntityId, request: UpdateVariable) -> Response:
    """Gives a variable another value or other metadata."""
    await caller.user()
    await caller.enter((await variables.get(variable_id))["projectId"])
    return reply(await variables.update(variable_id, request))


@routes.post("/{id}/reveal", response_model=VariableText, summary="Reveal a variable")
async def reveal_variable(caller: CallerOf, variables: Variables, variable_id: EntityId) -> Response:
    """Returns the value of a variable. The log notes who asked."""
    await caller.user()
    user = await caller.enter((await variables.get(variable_id))["projectId"])
    return reply({"value": await variables.reveal(user, variable_id)})


@routes.delete("/{id}", status_code=204, response_class=Response, summary="Delete a variable")
async def delete_variable(caller: CallerOf, variables: Variables, variable_id: EntityId) -> Response:
    """Deletes a variable. Steps that use it fail from then on."""
    await caller.user()
    await caller.enter((await variables.get(variable_id))["projectId"])
    await variables.delete(variable_id)
    return no_content()


@worker_routes.get("/{name}", response_model=VariableText, summary="Get a variable's value, as a running step")
async def get_variable_value(caller: CallerOf, values: Values, name: Annotated[str, Path(description="The variable's name.")]) -> Response:
    """Returns the value of a variable of the step's project. For the tokens of steps alone."""
    value = await values.get(await caller.engine(), name)
    if value is None:
        raise entity_not_found("variable", f"name={name}")
    return reply({"value": value})
