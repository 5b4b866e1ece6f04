"""Calling a trigger's hooks outside of a request: its properties resolved, its context built, its store at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from piecework.engine.program import compile_program
from piecework.runner.catalogue import Catalogue
from piecework.runner.secrets import Secrets
from piecework.runner.triggers import open_trigger, prepare_trigger, trigger_facts
from piecework.sdk import Trigger, TriggerContext
from piecework.sdk.services import Server
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.step_services.service import TEST_STORE, HeldStore, StepServices


@dataclass(frozen=True, slots=True)
class OpenTrigger:
    """A trigger of a flow version, ready to be called. Whoever calls it makes ``store.changes`` true, or drops them."""

    trigger: Trigger
    piece: str
    context: TriggerContext
    props: Mapping[str, Any]
    store: HeldStore
    secrets: Secrets

    async def outputs(self) -> list[Any]:
        """What the trigger gives now, without the secrets that it was given."""
        return self.secrets.scrub(await self.trigger.outputs(self.context, self.props))


class TriggerHooks:
    """Opens triggers."""

    def __init__(self, catalogue: Catalogue, services: StepServices, server: Server) -> None:
        self._catalogue = catalogue
        self._services = services
        self._server = server

    def store(self, version: StoredVersion, *, test: bool = False) -> HeldStore:
        """The store of a flow's trigger; several hooks may share it, so that they change it together or not at all."""
        return self._services.held_store(version.project_id, version.flow_id, TEST_STORE if test else "")

    async def open(self, version: StoredVersion, store: HeldStore | None = None, *, test: bool = False) -> OpenTrigger:
        """Raises PieceMissing, ConnectionProblem, VariableMissing and InvalidInput for a trigger that cannot be called. ``test``: it is tried."""
        program = compile_program(version.trigger, metadata=version.flow_metadata)
        prepared = program.trigger_handle = prepare_trigger(program, self._catalogue)
        services = self._services(version.project_id, version.flow_id, TEST_STORE if test else "")
        whose = trigger_facts(program, version.project_id, version.flow_id, version.id, self._server, test=test)
        held = store or self.store(version, test=test)
        context, props = await open_trigger(program, services, whose, store=held)
        assert prepared.trigger is not None
        return OpenTrigger(prepared.trigger, whose.piece, context, props, held, services.secrets)
