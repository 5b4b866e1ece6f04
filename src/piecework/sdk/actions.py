"""An action: a function, its form and what the engine must know before it runs it."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from piecework.sdk.context import ActionContext
from piecework.sdk.form import NO_SETTINGS, Form, form_of
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
    ``invoke`` expects properties that ``process`` (and, where ``has_files``, ``resolve_files``) gave.
    """

    __slots__ = (
        "_form", "_takes_context", "description", "display_name", "error_handling", "function", "has_files", "is_async", "name", "process",
        "pure", "require_auth",
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
        form: Form | None = None,
    ) -> None:
        self._form, self._takes_context = form_of(function) if form is None else (form, True)
        self.function = function
        self.name = name
        self.display_name = display_name or title_from(name)
        self.description = inspect.cleandoc(function.__doc__ or "")
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
        """The function's own result: awaitable if ``is_async``. Whatever it raises comes through."""
        return self.function(ctx, **props) if self._takes_context else self.function(**props)

    async def resolve_files(self, props: dict[str, Any], files: Files) -> dict[str, Any]:
        """The properties with file references loaded. Only needed where ``has_files``. Raises InvalidInput."""
        return await self._form.load_files(props, files)

    def describe(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "displayName": self.display_name,
            "description": self.description,
            "props": self._form.describe(),
            "requireAuth": self.require_auth,
            "errorHandlingOptions": self.error_handling.describe(),
        }


__all__ = ["HIDDEN", "NO_SETTINGS", "OFFERED", "Action", "ErrorHandling", "Switch"]
