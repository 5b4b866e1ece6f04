"""What travels about folders."""

from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, IdText, Name, PageQuery


class Folder(TypedDict):
    """A folder of a project."""

    id: str
    created: str
    updated: str
    displayName: str
    projectId: str
    displayOrder: int
    numberOfFlows: int


class CreateFolder(Body):
    """A folder that shall be there."""

    display_name: Name
    project_id: IdText


class UpdateFolder(Body):
    """A folder's new name."""

    display_name: Name


class FolderQuery(PageQuery):
    """Whose folders to list."""

    project_id: IdText
