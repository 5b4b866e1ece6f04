"""A piece: a name on the wire, an auth, actions and triggers, gathered by decorators."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from piecework.sdk.actions import OFFERED, Action, ErrorHandling
from piecework.sdk.auth import Auth
from piecework.sdk.context import ActionContext, TriggerContext
from piecework.sdk.errors import PieceDefinitionError, UnknownProperty
from piecework.sdk.polling import Dedupe, polling_hooks
from piecework.sdk.properties import Computed, DropdownState, DynamicProperties, Property
from piecework.sdk.triggers import Handshake, Hook, Hooks, Schedule, Trigger, hook_from, titled
from piecework.sdk.versions import VersionRange, parse_version
from piecework.spec.piece import PieceCategory, TriggerStrategy, TriggerTestStrategy

F = TypeVar("F", bound=Callable[..., Any])

MINIMUM_RELEASE = "0.82.0"
"""The oldest release of the wire whose builder can show these forms."""


class Piece:
    """An integration.

    ``name`` without a scope gets the wire's (``http`` is ``@activepieces/piece-http``). ``version`` is the newest wire version whose
    actions and properties this piece serves, ``versions`` the whole range; by default every version of the same major line.
    """

    def __init__(
        self,
        name: str,
        *,
        display_name: str,
        version: str,
        versions: str | None = None,
        description: str = "",
        categories: Sequence[PieceCategory] = (),
        auth: Auth | None = None,
        logo: str | None = None,
        authors: Sequence[str] = ("Piecework",),
    ) -> None:
        self.name = name if name.startswith("@") else f"@activepieces/piece-{name}"
        self.display_name = display_name
        self.version = version
        major = parse_version(version)[0]
        self.versions = VersionRange.parse(versions or f">={major}.0.0,<{major + 1}.0.0")
        self.description = description
        self.categories = tuple(categories)
        self.auth = auth
        self.logo = logo or monogram(display_name)
        self.authors = tuple(authors)
        self.actions: dict[str, Action] = {}
        self.triggers: dict[str, Trigger] = {}

    def serves(self, version: str) -> bool:
        """Whether a flow that pins ``version`` (``0.1.29``, ``~0.1.24``, ``^0.5.0``) can run on this piece."""
        try:
            return parse_version(version) in self.versions
        except ValueError:
            return False

    def action(
        self,
        *,
        name: str | None = None,
        display_name: str | None = None,
        pure: bool = False,
        require_auth: bool = True,
        error_handling: ErrorHandling = OFFERED,
        test: Callable[..., Any] | None = None,
    ) -> Callable[[F], F]:
        """Make a function an action; see ``Action``. The function stays what it was. ``test`` is called in its place by a step test."""

        def register(function: F) -> F:
            action = Action(
                function,
                name=name or function.__name__,
                display_name=display_name,
                pure=pure,
                require_auth=require_auth,
                error_handling=error_handling,
                test=test,
            )
            self._claim(self.actions, action.name)
            self.actions[action.name] = action
            return function

        return register

    def webhook_trigger(
        self,
        *,
        name: str | None = None,
        display_name: str | None = None,
        sample_data: Any = None,
        on_enable: Hook | None = None,
        on_disable: Hook | None = None,
        test: Hook | None = None,
        handshake: Handshake | None = None,
        app: bool = False,
        require_auth: bool = True,
    ) -> Callable[[F], F]:
        """Make ``function(ctx, …) -> list`` a trigger that a call of the flow's URL (``app``: of the app's URL) fires."""
        strategy = TriggerStrategy.APP_WEBHOOK if app else TriggerStrategy.WEBHOOK

        def register(function: F) -> F:
            form, payloads = hook_from(function)
            hooks = Hooks(payloads, on_enable, on_disable, test)
            testing = TriggerTestStrategy.TEST_FUNCTION if test else TriggerTestStrategy.SIMULATION
            self._add(Trigger(
                name=name or function.__name__, display_name=titled(name or function.__name__, display_name),
                description=_doc(function), strategy=strategy, form=form, hooks=hooks, test_strategy=testing,
                sample_data=sample_data, require_auth=require_auth, handshake=handshake or Handshake(),
            ))  # fmt: skip
            return function

        return register

    def manual_trigger(
        self, *, name: str | None = None, display_name: str | None = None, sample_data: Any = None, require_auth: bool = True
    ) -> Callable[[F], F]:
        """Make ``function(ctx, …) -> list`` a trigger that only a person fires."""

        def register(function: F) -> F:
            form, payloads = hook_from(function)
            self._add(Trigger(
                name=name or function.__name__, display_name=titled(name or function.__name__, display_name),
                description=_doc(function), strategy=TriggerStrategy.MANUAL, form=form, hooks=Hooks(payloads),
                test_strategy=TriggerTestStrategy.TEST_FUNCTION, sample_data=sample_data, require_auth=require_auth,
            ))  # fmt: skip
            return function

        return register

    def schedule_trigger(
        self,
        *,
        payload: Callable[[Schedule, Mapping[str, Any]], Any],
        name: str | None = None,
        display_name: str | None = None,
        sample_data: Any = None,
        require_auth: bool = True,
    ) -> Callable[[F], F]:
        """Make ``function(…) -> Schedule`` a trigger that fires by the clock with ``payload(schedule, props)`` as its output."""

        def register(function: F) -> F:
            form, _ = hook_from(function)

            def schedule(props: Mapping[str, Any]) -> Schedule:
                return function(**props)

            def payloads(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
                return [payload(function(**props), props)]

            self._add(Trigger(
                name=name or function.__name__, display_name=titled(name or function.__name__, display_name),
                description=_doc(function), strategy=TriggerStrategy.POLLING, form=form, hooks=Hooks(payloads, schedule=schedule),
                test_strategy=TriggerTestStrategy.TEST_FUNCTION, sample_data={} if sample_data is None else sample_data,
                require_auth=require_auth,
            ))  # fmt: skip
            return function

        return register

    def poll(
        self,
        *,
        dedupe: Dedupe,
        name: str | None = None,
        display_name: str | None = None,
        sample_data: Any = None,
        require_auth: bool = True,
    ) -> Callable[[F], F]:
        """Make ``function(ctx, …) -> items`` a polling trigger. Enable, disable, cursor and de-duplication are the framework's."""

        def register(function: F) -> F:
            form, items = hook_from(function)
            self._add(Trigger(
                name=name or function.__name__, display_name=titled(name or function.__name__, display_name),
                description=_doc(function), strategy=TriggerStrategy.POLLING, form=form, hooks=polling_hooks(items, dedupe),
                test_strategy=TriggerTestStrategy.TEST_FUNCTION, sample_data=sample_data, require_auth=require_auth,
            ))  # fmt: skip
            return function

        return register

    def _add(self, trigger: Trigger) -> None:
        self._claim(self.triggers, trigger.name)
        self.triggers[trigger.name] = trigger

    def _claim(self, taken: Mapping[str, object], name: str) -> None:
        if name in taken:
            raise PieceDefinitionError(f"{self.name} declares {name!r} twice")

    async def options(
        self,
        action_or_trigger: str,
        property_name: str,
        ctx: ActionContext | TriggerContext | None,
        form_input: Mapping[str, Any],
        search_value: str | None = None,
    ) -> dict[str, Any]:
        """What ``POST /v1/pieces/options`` answers (recordings/misc.json): ``{"type": "DYNAMIC", "options": {child: wire property}}`` or
        ``{"type": "DROPDOWN", "options": {"disabled", "options": [{"label", "value"}]}}``. Raises UnknownProperty.
        """
        prop = self._computed(action_or_trigger, property_name)
        result = await prop.compute(ctx, form_input, search_value)
        if isinstance(prop, DynamicProperties):
            return {"type": prop.type.value, "options": {name: child.describe() for name, child in result.items()}}
        state = result if isinstance(result, DropdownState) else DropdownState(result)
        return {"type": prop.type.value, "options": state.describe()}

    def _computed(self, owner: str, property_name: str) -> Computed:
        step = self.actions.get(owner) or self.triggers.get(owner)
        prop: Property | None = step.properties.get(property_name) if step else None
        if not isinstance(prop, Computed):
            raise UnknownProperty(f"{self.name} has no computed property {property_name!r} in {owner!r}")
        return prop

    def describe(self) -> dict[str, Any]:
        """The metadata of ``GET /v1/pieces/:name`` without what the server adds (id, created, updated, projectUsage)."""
        return {
            **self._head(),
            "actions": {name: action.describe() for name, action in self.actions.items()},
            "triggers": {name: trigger.describe() for name, trigger in self.triggers.items()},
        }

    def summary(self) -> dict[str, Any]:
        """The same with counts instead of actions and triggers, as in ``GET /v1/pieces``."""
        return {**self._head(), "actions": len(self.actions), "triggers": len(self.triggers)}

    def _head(self) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "name": self.name,
            "displayName": self.display_name,
            "description": self.description,
            "logoUrl": self.logo,
            "version": self.version,
            "authors": list(self.authors),
            "categories": [category.value for category in self.categories],
            "minimumSupportedRelease": MINIMUM_RELEASE,
            "contextInfo": {"version": "2"},
            "pieceType": "OFFICIAL",
            "packageType": "REGISTRY",
        }
        if self.auth is not None:
            wire["auth"] = self.auth.describe()
        return wire


def _doc(function: Callable[..., Any]) -> str:
    return (function.__doc__ or "").strip()


def monogram(display_name: str) -> str:
    """A logo for a piece without one: its initial on a square whose colour the name decides, as a data URL."""
    hue = sum(ord(letter) * 37 for letter in display_name) % 360
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
        f'<rect width="48" height="48" rx="12" fill="hsl({hue},55%,45%)"/>'
        '<text x="24" y="32" font-family="sans-serif" font-size="24" font-weight="600" fill="#fff" text-anchor="middle">'
        f"{display_name[:1].upper()}</text></svg>"
    )
    return f"data:image/svg+xml,{quote(svg)}"
