"""Actions and triggers from npm: the SDK's own classes, whose work is done by the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from piecework.runner.npm.forms import form_of, processed
from piecework.runner.npm.runtime import NpmRuntime, record
from piecework.sdk import Action, ActionContext, CronSchedule, IntervalSchedule, PieceError, Trigger, TriggerContext
from piecework.sdk.actions import NO_SETTINGS, OFFERED
from piecework.sdk.context import AppListener
from piecework.sdk.triggers import Handshake, Hook, Hooks
from piecework.spec.piece import HandshakeStrategy, TriggerStrategy, TriggerTestStrategy, WebhookRenewStrategy

HOOK_SECONDS = 180.0
"""What one call of a hook may take at the most; who calls it may give it less."""


@dataclass(frozen=True, slots=True)
class Package:
    """Where a piece is installed, and what runs it."""

    name: str
    folder: Path
    runtime: NpmRuntime


class NpmAction(Action):
    """An action of a piece from npm. Nobody knows whether it is pure, so it is not."""

    __slots__ = ("_package", "_wire")

    def __init__(self, package: Package, name: str, wire: Mapping[str, Any]) -> None:
        super().__init__(
            self._run,
            name=name,
            display_name=wire.get("displayName"),
            pure=False,
            require_auth=wire.get("requireAuth", True) is not False,
            error_handling=OFFERED,
            form=form_of(wire.get("props") or {}),
        )
        form = self.form
        self.description = wire.get("description") or ""

        def process(raw: Mapping[str, Any], settings: Mapping[str, Any] = NO_SETTINGS) -> dict[str, Any]:
            return processed(form, raw, settings)

        self.process = process
        self._package = package
        self._wire = wire

    def invoke(self, ctx: ActionContext, props: Mapping[str, Any]) -> Any:
        """See ``Action``."""
        return self._run(ctx, props)

    async def _run(self, ctx: ActionContext, props: Mapping[str, Any]) -> Any:
        package = self._package
        message = {"op": "action", "name": self.name, "props": props, "auth": props.get("auth")}
        message["facts"] = package.runtime.facts(ctx, package.name)
        answer = await package.runtime.call(package.folder, message, ctx)
        record(ctx, answer["recorded"])
        return answer["value"]

    def describe(self) -> dict[str, Any]:
        """The metadata as the piece gave them."""
        return {"name": self.name, **self._wire}


@dataclass(frozen=True)
class NpmTrigger(Trigger):
    """A trigger of a piece from npm. ``wire``: its metadata as the piece gave them."""

    wire: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def schedules_itself(self) -> bool:
        """See ``Trigger``: pieces from npm call ``setSchedule`` when they are enabled, if at all."""
        return True

    def process(self, raw: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
        """See ``Trigger``."""
        return processed(self.form, raw, settings)

    def describe(self) -> dict[str, Any]:
        """The metadata as the piece gave them."""
        return {"name": self.name, **self.wire}


def npm_trigger(package: Package, name: str, wire: Mapping[str, Any], hooks: list[str]) -> NpmTrigger:
    """A trigger by its metadata; ``hooks`` are the functions that the piece's trigger has."""
    strategy = TriggerStrategy(wire["type"]) if wire.get("type") in set(TriggerStrategy) else TriggerStrategy.POLLING
    by_default = TriggerTestStrategy.TEST_FUNCTION if "test" in hooks else TriggerTestStrategy.SIMULATION
    testing = wire.get("testStrategy")
    return NpmTrigger(
        name=name,
        display_name=wire.get("displayName") or name,
        description=wire.get("description") or "",
        strategy=strategy,
        form=form_of(wire.get("props") or {}),
        hooks=_hooks(package, name, hooks),
        test_strategy=TriggerTestStrategy(testing) if testing in set(TriggerTestStrategy) else by_default,
        sample_data=wire.get("sampleData"),
        require_auth=wire.get("requireAuth", True) is not False,
        handshake=_handshake(wire.get("handshakeConfiguration")),
        renewal=_renewal(wire.get("renewConfiguration")),
        wire=wire,
    )


def _hooks(package: Package, name: str, there: list[str]) -> Hooks:
    def hook(kind: str, wanted: bool = True) -> Hook | None:
        async def call(ctx: TriggerContext, props: Mapping[str, Any]) -> Any:
            message = {"op": "trigger", "name": name, "hook": kind, "props": props, "auth": props.get("auth")}
            message["facts"] = package.runtime.facts(ctx, package.name)
            answer = await package.runtime.call(package.folder, message, ctx, seconds=HOOK_SECONDS)
            _record(ctx, answer["recorded"])
            return answer["value"]

        return call if wanted else None

    run = hook("run")
    assert run is not None
    return Hooks(
        payloads=run,
        on_enable=hook("onEnable", "onEnable" in there),
        on_disable=hook("onDisable", "onDisable" in there),
        test=hook("test", "test" in there),
        on_renew=hook("onRenew", "onRenew" in there),
        on_start=hook("onStart", "onStart" in there),
        on_handshake=hook("onHandshake", "onHandshake" in there),
    )


def _record(ctx: TriggerContext, recorded: Mapping[str, Any]) -> None:
    schedule = recorded.get("schedule")
    if schedule is not None:
        try:
            if "intervalMs" in schedule:
                ctx.set_schedule(IntervalSchedule(max(1, int(schedule["intervalMs"]) // 1000)))
            else:
                ctx.set_schedule(CronSchedule(schedule["cronExpression"], schedule["timezone"]))
        except (KeyError, TypeError, ValueError) as error:
            raise PieceError(f"The trigger's schedule cannot be read: {error}") from error
    for listener in recorded.get("listeners") or ():
        events, value = listener.get("events") or [], listener.get("identifierValue")
        ctx.listeners.append(AppListener(tuple(map(str, events)), str(value)))


def _renewal(wire: Mapping[str, Any] | None) -> CronSchedule | None:
    if wire is None or wire.get("strategy") != WebhookRenewStrategy.CRON:
        return None
    return CronSchedule(str(wire.get("cronExpression")))


def _handshake(wire: Mapping[str, Any] | None) -> Handshake:
    strategy = (wire or {}).get("strategy")
    if wire is None or strategy not in set(HandshakeStrategy):
        return Handshake()
    return Handshake(HandshakeStrategy(strategy), wire.get("paramName"))
