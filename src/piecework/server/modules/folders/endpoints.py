"""Routes under /folders."""

from typing import Annotated

from fastapi import Query, Response

from piecework.server.kernel.http import CallerOf, EntityId, Page, Provided, Routes, no_content, reply
from piecework.server.modules.folders.schemas import CreateFolder, Folder, FolderQuery, UpdateFolder
from piecework.server.modules.folders.service import FolderService

routes = Routes("folders", "/folders")
Folders = Annotated[FolderService, Provided(FolderService)]


@routes.post("", response_model=Folder, summary="Create a folder")
async def create_folder(caller: CallerOf, folders: Folders, request: CreateFolder) -> Response:
    """Adds a folder to a project. When the project has a folder of this name, in any case, that one is returned."""
    await caller.enter(request.project_id)
    return reply(await folders.create(request.project_id, request.display_name))


@routes.get("", response_model=Page[Folder], summary="List folders")
async def list_folders(caller: CallerOf, folders: Folders, query: Annotated[FolderQuery, Query()]) -> Response:
    """Returns the folders of a project, oldest first."""
    await caller.enter(query.project_id)
    return reply(await folders.page(query))


@routes.get("/{id}", response_model=Folder, summary="Get a folder")
async def get_folder(caller: CallerOf, folders: Folders, folder_id: EntityId) -> Response:
    """Returns a folder with the number of its flows."""
    await caller.user()
    folder = await folders.get(folder_id)
    await caller.enter(folder["projectId"])
    return reply(folder)


@routes.post("/{id}", response_model=Folder, summary="Rename a folder")
async def rename_folder(caller: CallerOf, folders: Folders, folder_id: EntityId, request: UpdateFolder) -> Response:
    """Gives a folder another name, which no other folder of the project has."""
    await caller.user()
    await caller.enter((await folders.get(folder_id))["projectId"])
    return reply(await folders.rename(folder_id, request.display_name))


@routes.delete("/{id}", response_class=Response, summary="Delete a folder")
async def delete_folder(caller: CallerOf, folders: Folders, folder_id: EntityId) -> Response:
    """Deletes a folder. Its flows stay and belong to no folder."""
    await caller.user()
    await caller.enter((await folders.get(folder_id))["projectId"])
    await folders.delete(folder_id)
    return no_content(200)
