"""What can be done with variables: for people, and for the steps that use them."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any

import structlog

from piecework.server.kernel.crypto import Keyring
from piecework.server.kernel.db import Database, Row, new_entity
from piecework.server.kernel.errors import entity_not_found
from piecework.server.kernel.http import Page, Principal
from piecework.server.modules.users.schemas import OwnerName
from piecework.server.modules.users.service import UserService
from piecework.server.modules.variables import _repository
from piecework.server.modules.variables.models import variable
from piecework.server.modules.variables.schemas import SetVariable, UpdateVariable, Variable, VariableQuery

log = structlog.get_logger("variables")

FlowsByVariable = Callable[[str, Collection[str]], Awaitable[dict[str, list[str]]]]
"""The ids of the flows of a project that use each of these variables, by name."""


class VariableValues:
    """The values, for steps and triggers."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def get(self, project_id: str, name: str) -> str | None:
        """Returns the value of a project's variable, None if it has none of this name. Raises SealError."""
        async with self._database.read() as connection:
            row = await _repository.find_sealed(connection, project_id, name)
        return None if row is None else self._keyring.open(variable.name, row)


class VariableService:
    """Reads and changes variables. Only `reveal` gives a value."""

    def __init__(self, database: Database, keyring: Keyring, users: UserService, flows_by_variable: FlowsByVariable) -> None:
        self._database = database
        self._keyring = keyring
        self._users = users
        self._flows_by_variable = flows_by_variable

    async def put(self, caller: Principal, request: SetVariable) -> Variable:
        """Adds a variable, or gives the one of this name another value, and returns it."""
        async with self._database.transaction() as connection:
            row = new_entity(
                name=request.name,
                projectId=request.project_id,
                platformId=caller.platform_id,
                ownerId=caller.id,
                metadata=request.metadata,
            )
            row["id"] = await _repository.find_id(connection, request.project_id, request.name) or row["id"]
            row |= self._keyring.seal(variable.name, row["id"], request.value)
            await _repository.upsert_variable(self._database, connection, row)
        log.info("variable set", project=request.project_id, variable=row["id"])
        return await self.get(row["id"])

    async def update(self, variable_id: str, changes: UpdateVariable) -> Variable:
        """Changes a variable's value or metadata and returns it."""
        values: Row = {} if changes.value is None else self._keyring.seal(variable.name, variable_id, changes.value)
        if "metadata" in changes.model_fields_set:
            values["metadata"] = changes.metadata
        async with self._database.transaction() as connection:
            await _repository.update_variable(connection, variable_id, values)
        return await self.get(variable_id)

    async def get(self, variable_id: str) -> Variable:
        """Returns a variable without its value. Raises ENTITY_NOT_FOUND."""
        async with self._database.read() as connection:
            row = await _repository.find_variable(connection, variable_id)
        if row is None:
            raise entity_not_found("variable", variable_id)
        return (await self._complete([row]))[0]

    async def reveal(self, caller: Principal, variable_id: str) -> str:
        """Returns the value of a variable, and notes who asked."""
        known = await self.get(variable_id)
        async with self._database.read() as connection:
            row = await _repository.find_sealed(connection, known["projectId"], known["name"])
        if row is None:
            raise entity_not_found("variable", variable_id)
        log.info("variable revealed", project=known["projectId"], variable=variable_id, user=caller.id)
        return self._keyring.open(variable.name, row)

    async def page(self, query: VariableQuery) -> Page[Variable]:
        """Returns a page of a project's variables, oldest first."""
        async with self._database.read() as connection:
            page = await _repository.page_variables(connection, query)
        return {**page, "data": await self._complete(page["data"])}

    async def owners(self, project_id: str, platform_id: str) -> Page[OwnerName]:
        """Returns the people who own variables of a project."""
        async with self._database.read() as connection:
            owner_ids = await _repository.find_owner_ids(connection, project_id)
        return {"data": await self._users.owner_names(owner_ids, platform_id), "next": None, "previous": None}

    async def delete(self, variable_id: str) -> None:
        """Deletes a variable. Steps that use it fail from then on."""
        async with self._database.transaction() as connection:
            await _repository.delete_variable(connection, variable_id)
        log.info("variable deleted", variable=variable_id)

    async def _complete(self, rows: list[Row]) -> list[Any]:
        if not rows:
            return []
        owners = await self._users.owners({row["ownerId"] for row in rows if row["ownerId"]}, rows[0]["platformId"])
        flows = await self._flows_by_variable(rows[0]["projectId"], {row["name"] for row in rows})
        return [{**row, "owner": owners.get(row["ownerId"]), "flowIds": flows.get(row["name"], [])} for row in rows]
