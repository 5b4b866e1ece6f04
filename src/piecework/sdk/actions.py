"""An action: a function, its form and what the engine must know before it runs it."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from piecework.sdk.context import ActionContext
from piecework.sdk.docstrings import documented
from piecework.sdk.errors import PieceDefinitionError
from piecework.sdk.form import NO_SETTINGS, Form, by_wire_names, form_of
from piecework.sdk.outputs import json_of, output_schema
from piecework.sdk.properties import Property, title_from
from piecework.sdk.services import Files


@dataclass(frozen=True, slots=True)
class Switch:
    """One entry of ``errorHandlingOptions``; None leaves the key out."""

    default: bool | None = None
    hide: bool | None = None

    def describe(self) -> dict[str, bool]:
        wire: dict[str, bool] = {}
        if self.hide is not None:
            wire["hide"] = self.hide
        if self.default is not None:
            wire["defaultValue"] = self.default
        return wire


@dataclass(frozen=True, slots=True)
class ErrorHandling:
    """Whether the builder offers "continue on failure" and "retry on failure" for an action."""

    continue_on_failure: Switch = Switch(default=False)
    retry_on_failure: Switch = Switch(default=False)

    def describe(self) -> dict[str, dict[str, bool]]:
        return {"continueOnFailure": self.continue_on_failure.describe(), "retryOnFailure": self.retry_on_failure.describe()}


OFFERED = ErrorHandling()
HIDDEN = ErrorHandling(Switch(hide=True), Switch(hide=True))


class Action:
    """One thing that a step can do.

    ``pure`` says that it has no side effect outside the run, so that no durable commit must precede it. ``form`` is read from the function's
    signature unless it is given.
    ``invoke`` expects properties that ``process`` (and, where ``loads_files``, ``resolve_files``) gave.
    """

    __slots__ = (
        "_call", "_form", "_takes_context", "_test", "_test_takes_context", "_to_json", "description", "display_name", "error_handling",
        "function", "has_files", "is_async", "name", "process", "pure", "require_auth", "test",
    )  # fmt: skip

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str,
        display_name: str | None,
        pure: bool,
        require_auth: bool,
        error_handling: ErrorHandling,
        test: Callable[..., Any] | None = None,
        form: Form | None = None,
    ) -> None:
        """``test``: what a step test calls in place of the function; it takes the same properties. Raises PieceDefinitionError if not."""
        self._form, self._takes_context = form_of(function) if form is None else (form, True)
        self._to_json = json_of(function)
        self.function = function
        self._call = by_wire_names(function)
        self.test = test
        self._test_takes_context = test is not None and _checked_test(name, test, self._form)
        self._test = by_wire_names(test) if test is not None else None
        self.name = name
        self.display_name = display_name or title_from(name)
        self.description = documented(function).text
        self.pure = pure
        self.require_auth = require_auth
        self.error_handling = error_handling
        self.is_async = inspect.iscoroutinefunction(function)
        self.has_files = self._form.has_files
        self.process: Callable[..., dict[str, Any]] = self._form.process

    @property
    def properties(self) -> Mapping[str, Property]:
        return self._form.properties

    @property
    def form(self) -> Form:
        return self._form

    def invoke(self, ctx: ActionContext, props: Mapping[str, Any]) -> Any | Awaitable[Any]:
        """The function's own result, as plain JSON values where its return type names fields; awaitable if ``is_async``. A step test calls
        ``test``, if there is one.

        Whatever it raises comes through.
        """
        if self._test is not None and ctx.test:
            output = self._test(ctx, **props) if self._test_takes_context else self._test(**props)
        else:
            output = self._call(ctx, **props) if self._takes_context else self._call(**props)
        if self._to_json is None:
            return output
        return _later(output, self._to_json) if inspect.isawaitable(output) else self._to_json(output)

    def loads_files(self, settings: Mapping[str, Any]) -> bool:
        """Whether ``resolve_files`` has anything to do, in a step with these property settings."""
        return self._form.loads_files(settings)

    async def resolve_files(self, props: dict[str, Any], files: Files, settings: Mapping[str, Any] = NO_SETTINGS) -> dict[str, Any]:
        """The properties with file references loaded. Only needed where ``loads_files``. Raises InvalidInput."""
        return await self._form.load_files(props, files, settings)

    def describe(self) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "name": self.name,
            "displayName": self.display_name,
            "description": self.description,
            "props": self._form.describe(),
            "requireAuth": self.require_auth,
            "errorHandlingOptions": self.error_handling.describe(),
        }
        schema = output_schema(self.function)
        return wire if schema is None else wire | {"outputSchema": schema}


async def _later(output: Awaitable[Any], to_json: Callable[[Any], Any]) -> Any:
    return to_json(await output)


def _checked_test(name: str, test: Callable[..., Any], form: Form) -> bool:
    """Whether an action's ``test`` takes the context. Raises PieceDefinitionError for one whose properties are others than the action's."""
    test_form, takes_context = form_of(test)
    if list(test_form.properties) != list(form.properties):
        raise PieceDefinitionError(f"The test of the action {name!r} must take the action's own properties")
    return takes_context


__all__ = ["HIDDEN", "NO_SETTINGS", "OFFERED", "Action", "ErrorHandling", "Switch"]
