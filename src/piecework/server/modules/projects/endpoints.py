"""Routes under /projects."""

from typing import Annotated

from fastapi import Query, Response

from piecework.server.kernel.http import CallerOf, EntityId, Page, Provided, Routes, no_content, reply
from piecework.server.modules.projects.schemas import CreateProject, Project, ProjectQuery, UpdateProject
from piecework.server.modules.projects.service import ProjectService

routes = Routes("projects", "/projects")
Projects = Annotated[ProjectService, Provided(ProjectService)]


@routes.get("", response_model=Page[Project], summary="List projects")
async def list_projects(caller: CallerOf, projects: Projects, query: Annotated[ProjectQuery, Query()]) -> Response:
    """Returns the projects that the caller may enter: all of the platform's for an administrator."""
    return reply(await projects.page(await caller.user(), query))


@routes.get("/{id}", response_model=Project, summary="Get a project")
async def get_project(caller: CallerOf, projects: Projects, project_id: EntityId) -> Response:
    """Returns a project with its plan and counts."""
    await caller.enter(project_id)
    return reply(await projects.get(project_id))


@routes.post("", status_code=201, response_model=Project, summary="Create a team project")
async def create_project(caller: CallerOf, projects: Projects, request: CreateProject) -> Response:
    """Adds a team project, owned by the caller. For platform administrators."""
    return reply(await projects.add_team(await caller.admin(), request), 201)


@routes.post("/{id}", response_model=Project, summary="Update a project")
async def update_project(caller: CallerOf, projects: Projects, project_id: EntityId, changes: UpdateProject) -> Response:
    """Changes the name, the icon or other attributes of a project; what is absent stays."""
    await caller.enter(project_id)
    return reply(await projects.update(project_id, changes))


@routes.delete("/{id}", status_code=204, response_class=Response, summary="Delete a team project")
async def delete_project(caller: CallerOf, projects: Projects, project_id: EntityId) -> Response:
    """Deletes a team project with everything in it. For platform administrators."""
    await caller.admin()
    await caller.enter(project_id)
    await projects.delete(project_id)
    return no_content()
