"""What can be done about pieces from npm."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from piecework.runner.catalogue import Catalogue
from piecework.runner.npm import NpmPiece, NpmRuntime
from piecework.runner.npm.operations import Package
from piecework.sandbox.npm.errors import InstallFailed
from piecework.sandbox.npm.folders import Failure, Installed, PieceFolders
from piecework.sandbox.npm.install import Installer
from piecework.server.kernel.errors import ApError, ErrorCode, entity_not_found, invalid
from piecework.server.modules.files.schemas import FileType
from piecework.server.modules.files.service import FileService
from piecework.server.modules.piece_installs.schemas import AddPiece, Installations
from piecework.server.modules.pieces.service import identity

log = structlog.get_logger(__name__)


class PieceInstallService:
    """Keeps the catalogue in step with what is installed. One installation serves all projects of the server."""

    def __init__(self, installer: Installer, folders: PieceFolders, catalogue: Catalogue, runtime: NpmRuntime, files: FileService) -> None:
        self._installer = installer
        self._folders = folders
        self._catalogue = catalogue
        self._runtime = runtime
        self._files = files

    async def install(self, request: AddPiece, archive: bytes | None, platform_id: str) -> None:
        """Installs a version; the catalogue has it when this returns. A version from the registry that is there already is fine.

        Raises VALIDATION for an archive that is missing or whose version is there, ENGINE_OPERATION_FAILURE with the reason when the piece
        cannot be installed.
        """
        name, version = request.piece_name, request.piece_version
        try:
            if request.package_type == "REGISTRY":
                self._add(await self._installer.install(name, version))
            else:
                self._add(await self._from_archive(name, version, archive, platform_id))
        except InstallFailed as error:
            raise ApError(ErrorCode.ENGINE_OPERATION_FAILURE, {"message": f"{name}@{version} was not installed. {error}"}) from error

    async def _from_archive(self, name: str, version: str, archive: bytes | None, platform_id: str) -> Installed:
        if archive is None:
            raise invalid("pieceArchive is missing: the package as `npm pack` makes it, a file of multipart/form-data")
        if self._folders.installed(name, version) is not None:
            raise invalid(f"piece_metadata_already_exists name={name} version={version}")
        before = self._folders.failure(name, version)
        if before is not None and before.archive_id is not None:
            await self._files.delete_package(before.archive_id)
        archive_id = await self._files.save(None, FileType.PACKAGE_ARCHIVE, archive, f"{version}.tgz", platform_id=platform_id)
        try:
            return await self._installer.install_archive(name, version, archive, archive_id)
        except InstallFailed as error:
            if error.final:
                await self._files.delete_package(archive_id)
            raise

    async def uninstall(self, piece_id: str) -> None:
        """Removes a version. Flows that use it need it until it is installed again. Raises ENTITY_NOT_FOUND, VALIDATION for a native piece."""
        for piece in self._catalogue.from_npm():
            if identity(piece)["id"] == piece_id:
                installed = self._folders.installed(piece.name, piece.version)
                self._catalogue.remove(piece.name, piece.version)
                await self._installer.remove(piece.name, piece.version)
                if installed is not None and installed.archive_id is not None:
                    await self._files.delete_package(installed.archive_id)
                return
        if any(identity(piece)["id"] == piece_id for piece in self._catalogue.all()):
            raise invalid("This piece comes with the server and cannot be removed")
        raise entity_not_found("piece_metadata", piece_id)

    def installations(self) -> Installations:
        """Returns what is installed from npm, and what could not be."""
        pieces = [piece for piece in self._catalogue.from_npm() if isinstance(piece, NpmPiece)]
        return {
            "installed": [
                {
                    "id": identity(piece)["id"],
                    "name": piece.name,
                    "version": piece.version,
                    "displayName": piece.display_name,
                    "packageType": piece.installed.package_type,
                    "created": piece.installed.created,
                    "archiveId": piece.installed.archive_id,
                }
                for piece in sorted(pieces, key=lambda piece: (piece.name, piece.version))
            ],
            "failed": [
                {
                    "name": failure.name,
                    "version": failure.version,
                    "packageType": failure.package_type,
                    "reason": failure.reason,
                    "failedAt": failure.failed_at,
                    "attempts": failure.attempts,
                }
                for failure in self._folders.failures()
            ],
        }

    def synchronise(self) -> None:
        """Brings the catalogue in step with the disk: the command line installs into the same folder."""
        there = {(installed.name, installed.version): installed for installed in self._folders.all()}
        known = {(piece.name, piece.version) for piece in self._catalogue.from_npm()}
        for name, version in known - there.keys():
            self._catalogue.remove(name, version)
        for key in there.keys() - known:
            self._add(there[key])

    async def retry_due(self) -> None:
        """Tries again what failed and is due; what fails once more is written down once more."""
        for failure in self._installer.due(datetime.now(UTC)):
            try:
                self._add(await self._again(failure))
            except InstallFailed:
                await asyncio.sleep(0)  # it is in the log and in the list

    async def _again(self, failure: Failure) -> Installed:
        if failure.archive_id is None:
            return await self._installer.install(failure.name, failure.version)
        try:
            archive = await self._files.read(failure.archive_id)
        except ApError:
            self._folders.fail(replace(failure, archive_id=None))
            raise InstallFailed("The archive is not kept any more", final=True) from None
        return await self._installer.install_archive(failure.name, failure.version, archive.data, failure.archive_id)

    def _add(self, installed: Installed) -> None:
        package = Package(installed.name, self._folders.folder(installed.name, installed.version), self._runtime)
        self._catalogue.add(NpmPiece(installed, self._folders, package))
