"""The SDK's services on this server: the store, files, connections, variables and HTTP of one project. Nothing here crosses the project's border."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from piecework.runner.http import PooledHttp
from piecework.runner.secrets import Secrets
from piecework.runner.services import Services
from piecework.sdk.errors import FileTooLarge, PieceError
from piecework.sdk.http_messages import HttpError
from piecework.sdk.services import NO_DATABASES, NO_FLOWS, Databases, Flows, LoadedFile
from piecework.server.kernel.errors import ApError
from piecework.server.modules.connections.service import Credentials
from piecework.server.modules.files.schemas import FileType
from piecework.server.modules.files.service import FileService
from piecework.server.modules.store.errors import StoreKeyError, StoreValueTooLargeError
from piecework.server.modules.store.service import StoreService
from piecework.server.modules.variables.service import VariableValues
from piecework.server.ports.runs import Statement
from piecework.spec.piece import StoreScope

TEST_STORE = "test"
"""The prefix that keeps what a trigger remembers while it is tried apart from what it remembers live (spec/engine.md §6)."""


class ProjectStore:
    """``Store`` of one flow in one project. Keys of FLOW scope are ``flow_<id>/<key>``, of PROJECT scope the key itself (spec/engine.md §6)."""

    def __init__(self, store: StoreService, project_id: str, flow_id: str, prefix: str = "") -> None:
        self._store = store
        self._project_id = project_id
        self._flow_id = flow_id
        self._prefix = prefix

    def key(self, key: str, scope: StoreScope) -> str:
        """The project's key for a piece's own."""
        return f"{self._prefix}flow_{self._flow_id}/{key}" if scope is StoreScope.FLOW else f"{self._prefix}{key}"

    async def get(self, key: str, scope: StoreScope = StoreScope.FLOW) -> Any:
        """See ``Store``."""
        try:
            entry = await self._store.get(self._project_id, self.key(key, scope))
        except StoreKeyError as error:
            raise PieceError(str(error)) from None
        return None if entry is None else entry["value"]

    async def put(self, key: str, value: Any, scope: StoreScope = StoreScope.FLOW) -> None:
        """See ``Store``."""
        try:
            await self._store.put(self._project_id, self.key(key, scope), value)
        except (StoreKeyError, StoreValueTooLargeError) as error:
            raise PieceError(str(error)) from None

    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None:
        """See ``Store``."""
        try:
            await self._store.delete(self._project_id, self.key(key, scope))
        except StoreKeyError as error:
            raise PieceError(str(error)) from None


class HeldStore(ProjectStore):
    """A store that keeps writes to itself: a poll's cursor must not move before the runs that it gave are durable."""

    def __init__(self, store: StoreService, project_id: str, flow_id: str, prefix: str = "") -> None:
        super().__init__(store, project_id, flow_id, prefix)
        self._held: dict[str, Statement] = {}
        self._values: dict[str, Any] = {}

    async def get(self, key: str, scope: StoreScope = StoreScope.FLOW) -> Any:
        """See ``Store``."""
        whole = self.key(key, scope)
        return self._values[whole] if whole in self._values else await super().get(key, scope)

    async def put(self, key: str, value: Any, scope: StoreScope = StoreScope.FLOW) -> None:
        """See ``Store``."""
        whole = self.key(key, scope)
        try:
            self._held[whole] = self._store.change(self._project_id, whole, value)
        except (StoreKeyError, StoreValueTooLargeError) as error:
            raise PieceError(str(error)) from None
        self._values[whole] = value

    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None:
        """See ``Store``."""
        whole = self.key(key, scope)
        self._held[whole] = self._store.removal(self._project_id, whole)
        self._values[whole] = None

    @property
    def changes(self) -> list[Statement]:
        """What was held, each key once, for the transaction that makes it true."""
        return list(self._held.values())


class ProjectFiles:
    """``Files`` of one project. Our own links are read without a detour over HTTP."""

    def __init__(self, files: FileService, http: PooledHttp, project_id: str, own_links: re.Pattern[str], max_bytes: int) -> None:
        self._files = files
        self._http = http
        self._project_id = project_id
        self._own_links = own_links
        self.max_bytes = max_bytes

    async def write(self, file_name: str, data: bytes) -> str:
        """See ``Files``."""
        if len(data) > self.max_bytes:
            raise FileTooLarge(f"The file {file_name!r} has {len(data)} bytes; AP_MAX_FILE_SIZE_MB allows {self.max_bytes}")
        return self._files.link(await self._files.save(self._project_id, FileType.FLOW_STEP_FILE, data, file_name))

    async def read(self, url: str) -> LoadedFile:
        """See ``Files``."""
        own = self._own_links.match(url)
        if own is None:
            return await self._download(url)
        try:
            stored = await self._files.read(own.group(1), self._project_id)
        except ApError:
            raise PieceError(f"The file {url} does not exist (any more)") from None
        name = stored.file_name or "file"
        return LoadedFile(name, stored.data, _extension(name))

    async def _download(self, url: str) -> LoadedFile:
        try:
            response = await self._http.request("GET", url, follow_redirects=True)
        except HttpError as error:
            raise PieceError(f"The file {url} cannot be read: {error}") from None
        if response.status >= 400:
            raise PieceError(f"The file {url} cannot be read: the server answered {response.status}")
        if len(response.content) > self.max_bytes:
            raise FileTooLarge(f"The file {url} has {len(response.content)} bytes; AP_MAX_FILE_SIZE_MB allows {self.max_bytes}")
        name = url.partition("?")[0].rstrip("/").rpartition("/")[2] or "file"
        return LoadedFile(name, response.content, _extension(name))


class ProjectConnections:
    """``ConnectionSource`` of one project, for one run."""

    def __init__(self, credentials: Credentials, project_id: str, secrets: Secrets) -> None:
        self._credentials = credentials
        self._project_id = project_id
        self._secrets = secrets

    async def get(self, external_id: str, piece: str | None = None) -> Any:
        """See ``ConnectionSource``."""
        held = await self._credentials.get(self._project_id, external_id, piece)
        if held is None:
            return None
        self._secrets.add(held.secrets, external_id)
        return held.for_steps


class ProjectVariables:
    """``VariableSource`` of one project, for one run."""

    def __init__(self, variables: VariableValues, project_id: str, secrets: Secrets) -> None:
        self._variables = variables
        self._project_id = project_id
        self._secrets = secrets

    async def get(self, name: str) -> str | None:
        """See ``VariableSource``."""
        value = await self._variables.get(self._project_id, name)
        if value is not None:
            self._secrets.add((value,))
        return value


class StepServices:
    """Builds the services of a run's steps; calling it is cheap, everything costly is shared."""

    def __init__(
        self,
        store: StoreService,
        files: FileService,
        http: PooledHttp,
        credentials: Credentials,
        variables: VariableValues,
        public_url: str,
        max_file_bytes: int,
        app_secrets: Mapping[str, str] | None = None,
        databases_of: Callable[[str], Databases] = lambda _project_id: NO_DATABASES,
    ) -> None:
        self._app_secrets = app_secrets or {}
        self._store = store
        self._files = files
        self._http = http
        self._own_links = re.compile(re.escape(public_url.rstrip("/")) + r"/api/v1/files/([0-9A-Za-z]{21})(?:\?|$)")
        self._max_file_bytes = max_file_bytes
        self._credentials = credentials
        self._variables = variables
        self._databases_of = databases_of
        self._flows_of: Callable[[str], Flows] = lambda _project_id: NO_FLOWS

    def connect_flows(self, flows_of: Callable[[str], Flows]) -> None:
        """Give steps the flows of their project: runs need services before there can be anything that starts runs."""
        self._flows_of = flows_of

    def held_store(self, project_id: str, flow_id: str, prefix: str = "") -> HeldStore:
        """A store for a trigger's hook, whose writes are made true later."""
        return HeldStore(self._store, project_id, flow_id, prefix)

    def __call__(self, project_id: str, flow_id: str, prefix: str = "") -> Services:
        """Services of a flow's steps. ``prefix``: ``test`` keeps a trigger test's store apart from the live one."""
        secrets = Secrets()
        return Services(
            store=ProjectStore(self._store, project_id, flow_id, prefix),
            files=ProjectFiles(self._files, self._http, project_id, self._own_links, self._max_file_bytes),
            http=self._http,
            connections=ProjectConnections(self._credentials, project_id, secrets),
            variables=ProjectVariables(self._variables, project_id, secrets),
            secrets=secrets,
            flows=self._flows_of(project_id),
            app_secrets=self._app_secrets,
            databases=self._databases_of(project_id),
        )


def _extension(name: str) -> str | None:
    stem, dot, extension = name.rpartition(".")
    return extension if dot and stem else None
