"""What can be done with files."""

import mimetypes
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from piecework.server.kernel.db import Database, new_entity
from piecework.server.kernel.errors import ApError, ErrorCode, entity_not_found
from piecework.server.kernel.tokens import TokenError, TokenSigner
from piecework.server.modules.files import _repository
from piecework.server.modules.files.compression import pack, unpack
from piecework.server.modules.files.schemas import FileLocation, FileType, StoredFile

_READ_TOKEN = "FILE_READ"  # noqa: S105


class FileService:
    """Saves, reads and links files. `public_url` is the installation's address; links are good for `link_lifetime`."""

    def __init__(self, database: Database, tokens: TokenSigner, public_url: str, link_lifetime: timedelta) -> None:
        self._database = database
        self._tokens = tokens
        self._public_url = public_url
        self._link_lifetime = link_lifetime

    async def save(
        self,
        project_id: str | None,
        file_type: FileType,
        data: bytes,
        file_name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        *,
        platform_id: str | None = None,
        file_id: str | None = None,
    ) -> str:
        """Stores `data` and returns the file's id. With `file_id` the file of that id is made or replaced.

        `metadata` may hold `mimetype`; without one the type of a download is guessed from `file_name`.
        """
        stored, compression = await pack(data)
        row = new_entity(
            projectId=project_id,
            platformId=platform_id,
            type=file_type,
            location=FileLocation.DB,
            compression=compression,
            fileName=file_name,
            size=len(data),
            metadata=None if metadata is None else dict(metadata),
            s3Key=None,
            data=stored,
        )
        async with self._database.transaction() as connection:
            if file_id is None:
                await _repository.insert_file(connection, row)
            else:
                row["id"] = file_id
                await _repository.replace_file(connection, row)
        return row["id"]

    async def read(self, file_id: str, project_id: str | None = None) -> StoredFile:
        """Returns a file; with `project_id` only when it belongs to that project. Raises ENTITY_NOT_FOUND."""
        async with self._database.read() as connection:
            row = await _repository.find_file(connection, file_id)
        if row is None or (project_id is not None and row["projectId"] != project_id):
            raise entity_not_found("file", file_id)
        return StoredFile(
            id=row["id"],
            created=row["created"],
            project_id=row["projectId"],
            platform_id=row["platformId"],
            type=FileType(row["type"]),
            file_name=row["fileName"],
            media_type=_media_type(row["metadata"], row["fileName"]),
            data=await unpack(row["data"], row["compression"], row["size"]),
        )

    async def delete_samples(self, project_id: str, file_ids: Sequence[str]) -> None:
        """Deletes sample data of a project. Other ids are passed over, because whoever edits a flow can name any file as its sample."""
        async with self._database.transaction() as connection:
            await _repository.delete_files(connection, project_id, (FileType.SAMPLE_DATA, FileType.SAMPLE_DATA_INPUT), file_ids)

    async def delete_package(self, file_id: str) -> None:
        """Deletes the archive of a piece that is not installed any more."""
        async with self._database.transaction() as connection:
            await _repository.delete_of_platform(connection, FileType.PACKAGE_ARCHIVE, file_id)

    async def delete_event(self, project_id: str, file_id: str) -> None:
        """Deletes the payload of a trigger event."""
        async with self._database.transaction() as connection:
            await _repository.delete_files(connection, project_id, (FileType.TRIGGER_EVENT_FILE,), [file_id])

    def link(self, file_id: str) -> str:
        """Returns a URL at which anybody can read this file."""
        token = self._tokens.sign(_READ_TOKEN, {"fileId": file_id}, self._link_lifetime)
        return f"{self._public_url}/api/v1/files/{file_id}?token={token}"

    async def read_with_token(self, file_id: str, token: str) -> StoredFile:
        """Returns the file that a link's token, or an engine token of its project, opens.

        Raises INVALID_BEARER_TOKEN or ENTITY_NOT_FOUND.
        """
        try:
            claims = self._tokens.read(token, _READ_TOKEN, "ENGINE")
        except TokenError as error:
            raise _not_for_this_file() from error
        if claims["type"] == "ENGINE":
            return await self.read(file_id, claims.get("projectId") or "")
        if claims.get("fileId") != file_id:
            raise _not_for_this_file()
        return await self.read(file_id)


def _not_for_this_file() -> ApError:
    return ApError(ErrorCode.INVALID_BEARER_TOKEN, {"message": "invalid or expired file token"})


def _media_type(metadata: Mapping[str, Any] | None, file_name: str | None) -> str:
    named = (metadata or {}).get("mimetype")
    return named if isinstance(named, str) else mimetypes.guess_type(file_name or "")[0] or "application/octet-stream"
