"""Calling a trigger's hooks outside of a request: its properties resolved, its context built, its store at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from piecework.engine.program import compile_program
from piecework.runner.catalogue import Catalogue
from piecework.runner.secrets import Secrets
from piecework.runner.services import Services
from piecework.runner.triggers import prepare_trigger, trigger_input
from piecework.sdk import Trigger, TriggerContext
from piecework.sdk.services import Server, Store
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.spec.piece import StoreScope

ServicesFor = Callable[[str, str], Services]
"""(project id, flow id) → what the flow's trigger may use."""


class HeldStore:
    """A ``Store`` that keeps writes to itself until ``flush``: a poll's cursor must not move before the runs that it gave are durable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[tuple[str, StoreScope], tuple[bool, Any]] = {}

    async def get(self, key: str, scope: StoreScope = StoreScope.FLOW) -> Any:
        """See ``Store``."""
        if (key, scope) in self._held:
            return self._held[key, scope][1]
        return await self._store.get(key, scope)

    async def put(self, key: str, value: Any, scope: StoreScope = StoreScope.FLOW) -> None:
        """See ``Store``."""
        self._held[key, scope] = (True, value)

    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None:
        """See ``Store``."""
        self._held[key, scope] = (False, None)

    async def flush(self) -> None:
        """Write what was held, each key once."""
        for (key, scope), (is_value, value) in self._held.items():
            await (self._store.put(key, value, scope) if is_value else self._store.delete(key, scope))
        self._held.clear()


@dataclass(frozen=True, slots=True)
class OpenTrigger:
    """A trigger of a flow version, ready to be called. Writes to its store wait for ``store.flush()``."""

    trigger: Trigger
    context: TriggerContext
    props: Mapping[str, Any]
    store: HeldStore
    secrets: Secrets

    async def outputs(self) -> list[Any]:
        """What the trigger gives now, without the secrets that it was given."""
        return self.secrets.scrub(await self.trigger.outputs(self.context, self.props))


class TriggerHooks:
    """Opens triggers."""

    def __init__(self, catalogue: Catalogue, services: ServicesFor, server: Server) -> None:
        self._catalogue = catalogue
        self._services = services
        self._server = server

    async def open(self, version: StoredVersion) -> OpenTrigger:
        """Raises PieceMissing, ConnectionProblem, VariableMissing and InvalidInput for a trigger that cannot be called."""
        program = compile_program(version.trigger, metadata=version.flow_metadata)
        prepared = program.trigger_handle = prepare_trigger(program, self._catalogue)
        services = self._services(version.project_id, version.flow_id)
        props, auth = await trigger_input(program, services)
        assert prepared.trigger is not None
        store = HeldStore(services.store)
        context = TriggerContext(
            store=store,
            files=services.files,
            http=services.http,
            connections=services.connections,
            flows=services.flows,
            auth=auth,
            step_name=version.trigger["name"],
            flow_id=version.flow_id,
            flow_version_id=version.id,
            project_id=version.project_id,
            webhook_url=f"{self._server.public_url}v1/webhooks/{version.flow_id}",
            server=self._server,
        )
        return OpenTrigger(prepared.trigger, context, props, store, services.secrets)
