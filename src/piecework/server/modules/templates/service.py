"""What can be done with templates."""

from collections.abc import Iterable
from typing import Any

import orjson
from pydantic.alias_generators import to_camel

from piecework.engine.edit import EditContext, import_flow
from piecework.engine.template import parse_template, pieces_used
from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database, Row
from piecework.server.kernel.errors import entity_not_found, invalid
from piecework.server.kernel.http import Body, Page
from piecework.server.modules.templates import _repository
from piecework.server.modules.templates.official import official_templates, page_official
from piecework.server.modules.templates.schemas import CreateTemplate, JsonObject, Template, TemplateQuery, UpdateTemplate
from piecework.spec.flow import InvalidFlow
from piecework.spec.jsons import dumps, loads

CATEGORIES = (
    "ANALYTICS",
    "COMMUNICATION",
    "CONTENT",
    "CUSTOMER_SUPPORT",
    "DEVELOPMENT",
    "E_COMMERCE",
    "FINANCE",
    "HR",
    "IT_OPERATIONS",
    "MARKETING",
    "PRODUCTIVITY",
    "SALES",
)


class TemplateService:
    """Keeps the templates of platforms. A template is only kept when all of its flows can be imported."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, platform_id: str, query: TemplateQuery) -> Page[Template]:
        """Returns a page of a platform's templates, the newest first, or of the official ones."""
        if query.type == "OFFICIAL":
            return page_official(query)
        async with self._database.read() as connection:
            page = await _repository.page_templates(connection, platform_id, query)
        return {**page, "data": [_wire(row) for row in page["data"]]}

    async def get(self, template_id: str) -> Template:
        """Returns a template. Raises ENTITY_NOT_FOUND."""
        if official := official_templates().get(template_id):
            return official
        return _wire(await self._row(template_id))

    async def flow_of(self, template_id: str) -> JsonObject | None:
        """Returns the IMPORT_FLOW request of a template's first flow, None when there is no such template."""
        if official := official_templates().get(template_id):
            return parse_template({"flows": official["flows"]})[0].request
        async with self._database.read() as connection:
            row = await _repository.find_template(connection, template_id)
        return None if row is None else parse_template({"flows": loads(row["flows"])})[0].request

    async def create(self, platform_id: str, request: CreateTemplate) -> Template:
        """Adds a template and returns it. Raises VALIDATION when one of its flows cannot be imported."""
        values = _columns(request, CreateTemplate.model_fields) | _flow_columns(request.flows)
        values |= {"status": "PUBLISHED", "platformId": platform_id}
        async with self._database.transaction() as connection:
            row = await _repository.insert_template(connection, values)
        return _wire(row)

    async def update(self, template_id: str, changes: UpdateTemplate) -> Template:
        """Changes a template and returns it. Raises VALIDATION when one of its flows cannot be imported."""
        values = {name: value for name, value in _columns(changes, changes.model_fields_set).items() if value is not None}
        if changes.flows is not None:
            values |= _flow_columns(changes.flows)
        async with self._database.transaction() as connection:
            await _repository.update_template(connection, template_id, values)
        return await self.get(template_id)

    async def delete(self, template_id: str) -> None:
        """Deletes a template; flows that were made from it stay."""
        async with self._database.transaction() as connection:
            await _repository.delete_template(connection, template_id)

    async def _row(self, template_id: str) -> Row:
        async with self._database.read() as connection:
            row = await _repository.find_template(connection, template_id)
        if row is None:
            raise entity_not_found("template", template_id)
        return row


def _columns(request: Body, names: Iterable[str]) -> Row:
    """A request's fields as columns, its flows aside. Pydantic's own dump would refuse what is nested deeply."""
    return {to_camel(name): getattr(request, name) for name in names if name != "flows"}


def _flow_columns(flows: list[JsonObject]) -> Row:
    """The flows as they are kept, and the pieces that they use. Raises VALIDATION."""
    context = EditContext(now_iso())
    pieces: dict[str, None] = {}
    try:
        for flow in parse_template({"flows": flows}):
            pieces |= dict.fromkeys(pieces_used(import_flow(flow.request, context, path=flow.path).trigger))
    except InvalidFlow as error:
        raise invalid(f"A flow of the template cannot be imported: {error}") from error
    return {"flows": dumps(flows).decode(), "pieces": list(pieces)}


def _wire(row: Row) -> Any:
    return {**row, "flows": orjson.Fragment(row["flows"])}
