"""A piece: a name on the wire, an auth, actions and triggers, gathered by decorators."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeVar, overload

from piecework.sdk.actions import OFFERED, Action, ErrorHandling
from piecework.sdk.app_events import AppEvents, Verify, checked
from piecework.sdk.auth import Auth
from piecework.sdk.context import ActionContext, TriggerContext
from piecework.sdk.docstrings import documented
from piecework.sdk.errors import PieceDefinitionError, UnknownProperty
from piecework.sdk.logos import monogram
from piecework.sdk.outputs import dedupe_of, json_of
from piecework.sdk.polling import Dedupe, polling_hooks
from piecework.sdk.properties import Computed, DropdownState, DynamicProperties, Property
from piecework.sdk.schedules import always
from piecework.sdk.triggers import CronSchedule, Handshake, Hook, Hooks, Schedule, Trigger, hook_from, titled
from piecework.sdk.versions import VersionRange, parse_version
from piecework.spec.connection import OAUTH2_TYPES
from piecework.spec.piece import WIRE_RELEASE, PieceCategory, PropertyType, TriggerStrategy, TriggerTestStrategy

F = TypeVar("F", bound=Callable[..., Any])

MINIMUM_RELEASE = "0.82.0"
"""The oldest release of the wire whose builder can show these forms."""


class Piece:
    """An integration.

    ``name`` without a scope gets the wire's (``http`` is ``@activepieces/piece-http``). ``version`` is the newest wire version whose
    actions and properties this piece serves, ``versions`` the whole range; by default every version of the same major line.
    ``auth``: how its connections are made; several kinds let people choose.
    ``tested_against``: "recordings" says that its tests play the service from its documentation, and that no live service has been asked.
    ``minimum_release``: the oldest release of the wire (``spec.piece.WIRE_RELEASE``) that it needs; an older server leaves the piece out.
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
        auth: Auth | Sequence[Auth] | None = None,
        logo: str | None = None,
        authors: Sequence[str] = ("Piecework",),
        tested_against: Literal["recordings"] | None = None,
        minimum_release: str = MINIMUM_RELEASE,
    ) -> None:
        self.name = name if name.startswith("@") else f"@activepieces/piece-{name}"
        self.display_name = display_name
        self.version = version
        major = parse_version(version)[0]
        self.versions = VersionRange.parse(versions or f">={major}.0.0,<{major + 1}.0.0")
        self.description = description
        self.categories = tuple(categories)
        self.auths: tuple[Auth, ...] = () if auth is None else (auth,) if isinstance(auth, Auth) else tuple(auth)
        _refuse_twins(self.name, self.auths)
        self.logo = logo or monogram(display_name)
        self.authors = tuple(authors)
        self.tested_against = tested_against
        self.minimum_release = minimum_release
        self.events: AppEvents | None = None
        self.actions: dict[str, Action] = {}
        self.triggers: dict[str, Trigger] = {}

    @property
    def is_too_new(self) -> bool:
        """Whether it needs a newer release of the wire than this one."""
        return parse_version(self.minimum_release) > parse_version(WIRE_RELEASE)

    def serves(self, version: str) -> bool:
        """Whether a flow that pins ``version`` (``0.1.29``, ``~0.1.24``, ``^0.5.0``) can run on this piece."""
        try:
            return parse_version(version) in self.versions
        except ValueError:
            return False

    @property
    def needs_connection(self) -> bool:
        """Whether nothing works without a connection, but for what says ``require_auth=False``."""
        return bool(self.auths) and all(auth.required for auth in self.auths)

    def auth_for(self, connection_type: str) -> Auth | None:
        """The kind of auth that connections of this type are of (an AppConnectionType), None if the piece has no such kind."""
        wanted = PropertyType.OAUTH2 if connection_type in OAUTH2_TYPES else connection_type
        return next((auth for auth in self.auths if auth.type == wanted), None)

    @overload
    def action(self, function: F) -> F: ...
    @overload
    def action(
        self,
        *,
        name: str | None = None,
        display_name: str | None = None,
        pure: bool = False,
        require_auth: bool = True,
        error_handling: ErrorHandling = OFFERED,
        test: Callable[..., Any] | None = None,
    ) -> Callable[[F], F]: ...
    def action(
        self,
        function: F | None = None,
        *,
        name: str | None = None,
        display_name: str | None = None,
        pure: bool = False,
        require_auth: bool = True,
        error_handling: ErrorHandling = OFFERED,
        test: Callable[..., Any] | None = None,
    ) -> F | Callable[[F], F]:
        """Make a function an action (``@piece.action`` or ``@piece.action(…)``); see ``Action``. The function stays what it was.

        ``test`` is called in its place by a step test.
        """

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

        return register if function is None else register(function)

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
        on_handshake: Hook | None = None,
        on_renew: Hook | None = None,
        renewed: CronSchedule | None = None,
        on_start: Hook | None = None,
        app: bool = False,
        require_auth: bool = True,
    ) -> Callable[[F], F]:
        """Make ``function(ctx, …) -> list`` a trigger that a call of the flow's URL (``app``: of the app's URL) fires.

        ``on_renew`` is called whenever ``renewed`` says so. For the other hooks see ``Hooks``.
        """
        strategy = TriggerStrategy.APP_WEBHOOK if app else TriggerStrategy.WEBHOOK

        def register(function: F) -> F:
            form, payloads = hook_from(function)
            run = checked(lambda: self.events, payloads) if app else payloads
            hooks = Hooks(run, on_enable, on_disable, test, on_renew=on_renew, on_start=on_start, on_handshake=on_handshake)
            testing = TriggerTestStrategy.TEST_FUNCTION if test else TriggerTestStrategy.SIMULATION
            self._add(Trigger(
                name=name or function.__name__, display_name=titled(name or function.__name__, display_name),
                description=documented(function).text, strategy=strategy, form=form, hooks=hooks, test_strategy=testing,
                sample_data=sample_data, require_auth=require_auth, handshake=handshake or Handshake(),
                renewal=renewed,
            ))  # fmt: skip
            return function

        return register

    def app_events(self, *, verify: Verify | None = None) -> Callable[[F], F]:
        """Make ``function(call)`` what reads the calls of the app's URL; see ``sdk.app_events``. ``verify`` is asked before a trigger is fired."""

        def register(function: F) -> F:
            self.events = AppEvents(function, verify)
            return function

        return register

    @property
    def takes_events(self) -> bool:
        """Whether an app's webhook can be given to this piece."""
        return self.events is not None

    async def parse_event(self, payload: Mapping[str, Any], server: Mapping[str, str]) -> dict[str, Any]:
        """What a call of the app's webhook means: ``{"reply"?: {"body", "headers"}, "event"?, "identifierValue"?}``. Raises PieceError.

        ``server``: ``{"apiUrl", "publicUrl"}``.
        """
        return {} if self.events is None else await self.events.parsed(payload)

    def manual_trigger(
        self, *, name: str | None = None, display_name: str | None = None, sample_data: Any = None, require_auth: bool = True
    ) -> Callable[[F], F]:
        """Make ``function(ctx, …) -> list`` a trigger that only a person fires."""

        def register(function: F) -> F:
            form, payloads = hook_from(function)
            self._add(Trigger(
                name=name or function.__name__, display_name=titled(name or function.__name__, display_name),
                description=documented(function).text, strategy=TriggerStrategy.MANUAL, form=form, hooks=Hooks(payloads),
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
                description=documented(function).text, strategy=TriggerStrategy.POLLING, form=form, hooks=Hooks(payloads, schedule=schedule),
                test_strategy=TriggerTestStrategy.TEST_FUNCTION, sample_data={} if sample_data is None else sample_data,
                require_auth=require_auth, is_clock=True,
            ))  # fmt: skip
            return function

        return register

    @overload
    def poll(self, function: F) -> F: ...
    @overload
    def poll(
        self,
        *,
        dedupe: Dedupe | None = None,
        every: Schedule | None = None,
        name: str | None = None,
        display_name: str | None = None,
        sample_data: Any = None,
        require_auth: bool = True,
    ) -> Callable[[F], F]: ...
    def poll(
        self,
        function: F | None = None,
        *,
        dedupe: Dedupe | None = None,
        every: Schedule | None = None,
        name: str | None = None,
        display_name: str | None = None,
        sample_data: Any = None,
        require_auth: bool = True,
    ) -> F | Callable[[F], F]:
        """Make ``function(ctx, …) -> items`` a polling trigger. Enable, disable, cursor and de-duplication are the framework's.

        ``dedupe``: how an item is told from those before it. Without it the return type says so: ``list[Item]``, where ``Item`` has a field
        ``Annotated[datetime, Cursor()]`` (items are ordered by it) or a field ``id``. Raises PieceDefinitionError where neither does.
        ``every``: when to ask; None: at the interval of the installation (AP_TRIGGER_DEFAULT_POLL_INTERVAL).
        """

        def register(function: F) -> F:
            form, items = hook_from(function)
            hooks = polling_hooks(items, dedupe or dedupe_of(function), json_of(function))
            if every is not None:
                hooks = replace(hooks, schedule=always(every))
            self._add(Trigger(
                name=name or function.__name__, display_name=titled(name or function.__name__, display_name),
                description=documented(function).text, strategy=TriggerStrategy.POLLING, form=form, hooks=hooks,
                test_strategy=TriggerTestStrategy.TEST_FUNCTION, sample_data=sample_data, require_auth=require_auth,
            ))  # fmt: skip
            return function

        return register if function is None else register(function)

    def queue_trigger(
        self,
        *,
        name: str | None = None,
        display_name: str | None = None,
        on_enable: Hook | None = None,
        on_disable: Hook | None = None,
        test: Hook | None = None,
        schedule: Callable[[Mapping[str, Any]], Schedule] | None = None,
        sample_data: Any = None,
        require_auth: bool = True,
    ) -> Callable[[F], F]:
        """Make ``function(ctx, …) -> list`` a polling trigger that knows itself what is new, such as a reader of a queue.

        What it writes into ``ctx.store`` is kept only when the runs of the poll are: a message may be acknowledged once the store has its mark.
        ``schedule(props)`` says when to poll, ``test`` gives samples and takes nothing away.
        """

        def register(function: F) -> F:
            form, payloads = hook_from(function)
            self._add(Trigger(
                name=name or function.__name__, display_name=titled(name or function.__name__, display_name),
                description=documented(function).text, strategy=TriggerStrategy.POLLING, form=form,
                hooks=Hooks(payloads, on_enable, on_disable, test, schedule), test_strategy=TriggerTestStrategy.TEST_FUNCTION,
                sample_data=sample_data, require_auth=require_auth,
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
        if self._lacks_connection(action_or_trigger, ctx):
            return {"type": prop.type.value, "options": prop.unconnected()}
        result = await prop.compute(ctx, form_input, search_value)
        if isinstance(prop, DynamicProperties):
            return {"type": prop.type.value, "options": {name: child.describe() for name, child in result.items()}}
        state = result if isinstance(result, DropdownState) else DropdownState(result)
        return {"type": prop.type.value, "options": state.describe()}

    def _lacks_connection(self, owner: str, ctx: ActionContext | TriggerContext | None) -> bool:
        step = self.actions.get(owner) or self.triggers[owner]
        return self.needs_connection and step.require_auth and ctx is not None and ctx.auth is None

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
            "minimumSupportedRelease": self.minimum_release,
            "contextInfo": {"version": "2"},
            "pieceType": "OFFICIAL",
            "packageType": "REGISTRY",
        }
        if self.tested_against:
            wire["testedAgainst"] = self.tested_against.upper()
        if self.auths:
            described = [auth.describe() for auth in self.auths]
            wire["auth"] = described[0] if len(described) == 1 else described
        return wire


def _refuse_twins(piece: str, auths: Sequence[Auth]) -> None:
    """A connection says its type and nothing more, so that two kinds of one type could not be told apart."""
    if len({auth.type for auth in auths}) < len(auths):
        raise PieceDefinitionError(f"{piece} declares two auths of one type")
