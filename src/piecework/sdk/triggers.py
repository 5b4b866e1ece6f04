"""A trigger: how a flow learns that something happened, and what the first step's output is.

All triggers answer to the same hooks; a hook may be sync or async, ``call`` evens that out for callers that do not care.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from piecework.sdk.context import TriggerContext
from piecework.sdk.form import Form, by_wire_names, form_of
from piecework.sdk.properties import Property, title_from
from piecework.sdk.schedules import CronSchedule, IntervalSchedule, Schedule
from piecework.sdk.services import Files
from piecework.spec.piece import HandshakeStrategy, TriggerStrategy, TriggerTestStrategy, WebhookRenewStrategy


@dataclass(frozen=True, slots=True)
class Handshake:
    """How a sender announces itself before the first event. ``param`` names the header, query or body parameter."""

    strategy: HandshakeStrategy = HandshakeStrategy.NONE
    param: str | None = None

    def describe(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"strategy": self.strategy.value}
        if self.param is not None:
            wire["paramName"] = self.param
        return wire


Hook = Callable[[TriggerContext, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a trigger does; only ``payloads`` is always there.

    ``payloads(ctx, props)`` gives the list of trigger outputs, each of which starts a run. ``schedule(props)`` says when to poll.
    ``test(ctx, props)`` gives sample outputs (default: ``payloads``). ``on_renew`` renews a subscription that runs out, ``on_start`` is called
    before the first step of a run, with the run's id and, as the payload, the output that it begins with; ``on_handshake`` answers a
    sender that announces itself: ``{"status", "body"?, "headers"?}``.
    """

    payloads: Hook
    on_enable: Hook | None = None
    on_disable: Hook | None = None
    test: Hook | None = None
    schedule: Callable[[Mapping[str, Any]], Schedule] | None = None
    on_renew: Hook | None = None
    on_start: Hook | None = None
    on_handshake: Hook | None = None


async def call(hook: Hook | None, ctx: TriggerContext, props: Mapping[str, Any]) -> Any:
    """Run a hook, sync or async; None if there is none."""
    if hook is None:
        return None
    result = hook(ctx, props)
    return await result if inspect.isawaitable(result) else result


@dataclass(frozen=True)
class Trigger:
    """One way to start a flow. ``sample_data`` shows the builder what an output looks like."""

    name: str
    display_name: str
    description: str
    strategy: TriggerStrategy
    form: Form
    hooks: Hooks
    test_strategy: TriggerTestStrategy
    sample_data: Any = None
    require_auth: bool = True
    handshake: Handshake = field(default=Handshake())
    is_clock: bool = False
    """Whether its outputs are the ticks of its schedule, not what is new since the last one."""
    renewal: CronSchedule | None = None
    """When ``on_renew`` is called; None: the subscription lasts."""

    @property
    def properties(self) -> Mapping[str, Property]:
        return self.form.properties

    @property
    def has_files(self) -> bool:
        return self.form.has_files

    @property
    def is_scheduled(self) -> bool:
        """Whether the platform calls ``payloads`` by the clock."""
        return self.strategy is TriggerStrategy.POLLING

    @property
    def schedules_itself(self) -> bool:
        """Whether only ``on_enable`` knows the schedule (``ctx.set_schedule``)."""
        return False

    def process(self, raw: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
        return self.form.process(raw, settings)

    async def resolve_files(self, props: dict[str, Any], files: Files) -> dict[str, Any]:
        return await self.form.load_files(props, files)

    def payloads(self, ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any] | Awaitable[list[Any]]:
        """The outputs that this event or poll gives; each starts a run."""
        return self.hooks.payloads(ctx, props)

    async def outputs(self, ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
        """As ``payloads``, for callers that await."""
        return await call(self.hooks.payloads, ctx, props)

    async def test(self, ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
        """Sample outputs for the builder."""
        return await call(self.hooks.test or self.hooks.payloads, ctx, props)

    async def on_enable(self, ctx: TriggerContext, props: Mapping[str, Any]) -> None:
        await call(self.hooks.on_enable, ctx, props)

    async def on_disable(self, ctx: TriggerContext, props: Mapping[str, Any]) -> None:
        await call(self.hooks.on_disable, ctx, props)

    async def on_renew(self, ctx: TriggerContext, props: Mapping[str, Any]) -> None:
        """Renews what the sender would let run out."""
        await call(self.hooks.on_renew, ctx, props)

    def schedule(self, props: Mapping[str, Any]) -> Schedule | None:
        """When to poll; None: the platform's default interval (or never, for webhooks)."""
        return self.hooks.schedule(props) if self.hooks.schedule else None

    def describe(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "displayName": self.display_name,
            "description": self.description,
            "requireAuth": self.require_auth,
            "props": self.form.describe(),
            "type": self.strategy.value,
            "handshakeConfiguration": self.handshake.describe(),
            "renewConfiguration": _renew_configuration(self.renewal),
            "sampleData": self.sample_data,
            "testStrategy": self.test_strategy.value,
        }


def _renew_configuration(renewal: CronSchedule | None) -> dict[str, Any]:
    if renewal is None:
        return {"strategy": WebhookRenewStrategy.NONE.value}
    return {"strategy": WebhookRenewStrategy.CRON.value, "cronExpression": renewal.cronExpression}


def hook_from(function: Callable[..., Any]) -> tuple[Form, Hook]:
    """A function whose parameters are the form, as a hook."""
    form, takes_context = form_of(function)
    call = by_wire_names(function)
    if takes_context:
        return form, lambda ctx, props: call(ctx, **props)
    return form, lambda ctx, props: call(**props)


def titled(name: str, display_name: str | None) -> str:
    return display_name or title_from(name)


__all__ = ["CronSchedule", "Handshake", "Hook", "Hooks", "IntervalSchedule", "Schedule", "Trigger", "call", "hook_from", "titled"]
