"""Routes under /templates."""

from typing import Annotated

from fastapi import Query, Response

from piecework.server.kernel.errors import entity_not_found
from piecework.server.kernel.http import CallerOf, EntityId, Page, Provided, Routes, no_content, reply
from piecework.server.kernel.http.caller import Caller
from piecework.server.modules.templates.schemas import CreateTemplate, Template, TemplateQuery, UpdateTemplate
from piecework.server.modules.templates.service import CATEGORIES, TemplateService

routes = Routes("templates", "/templates")
Templates = Annotated[TemplateService, Provided(TemplateService)]


@routes.get("", response_model=Page[Template], summary="List templates")
async def list_templates(caller: CallerOf, templates: Templates, query: Annotated[TemplateQuery, Query()]) -> Response:
    """Returns the templates of the caller's platform, the newest first; with `type=OFFICIAL` those that come with the program."""
    return reply(await templates.page((await caller.user()).platform_id, query))


@routes.get("/categories", response_model=list[str], summary="List the categories of templates")
async def list_categories() -> Response:
    """Returns the categories that templates are sorted into."""
    return reply(list(CATEGORIES))


@routes.get("/{id}", response_model=Template, summary="Get a template")
async def get_template(templates: Templates, template_id: EntityId) -> Response:
    """Returns a template to whoever knows its id, so that it can be shared."""
    return reply(await templates.get(template_id))


@routes.post("", status_code=201, response_model=Template, summary="Create a template")
async def create_template(caller: CallerOf, templates: Templates, request: CreateTemplate) -> Response:
    """Adds a template. CUSTOM ones, which everybody on the platform sees as its own, are for administrators."""
    user = await caller.admin() if request.type == "CUSTOM" else await caller.user()
    return reply(await templates.create(user.platform_id, request), 201)


@routes.post("/{id}", response_model=Template, summary="Update a template")
async def update_template(caller: CallerOf, templates: Templates, template_id: EntityId, changes: UpdateTemplate) -> Response:
    """Changes a template; what is absent stays. For platform administrators."""
    await _administrate(caller, templates, template_id)
    return reply(await templates.update(template_id, changes))


@routes.delete("/{id}", status_code=204, response_class=Response, summary="Delete a template")
async def delete_template(caller: CallerOf, templates: Templates, template_id: EntityId) -> Response:
    """Deletes a template. For platform administrators."""
    await _administrate(caller, templates, template_id)
    await templates.delete(template_id)
    return no_content()


async def _administrate(caller: Caller, templates: TemplateService, template_id: str) -> None:
    admin = await caller.admin()
    if (await templates.get(template_id))["platformId"] != admin.platform_id:
        raise entity_not_found("template", template_id)
