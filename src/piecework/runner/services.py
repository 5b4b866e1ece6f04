"""What the steps and triggers of a run may use, as the owner of the run provides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from piecework.engine.expressions import Question
from piecework.runner.errors import ConnectionMissing, VariableMissing
from piecework.runner.secrets import Secrets
from piecework.sdk.http import Http
from piecework.sdk.services import NO_DATABASES, NO_FLOWS, Databases, Files, Flows, Store


class ConnectionSource(Protocol):
    """``sdk.Connections`` as the runner asks it. Whoever gives a value remembers its secrets in the run's ``Secrets``."""

    async def get(self, external_id: str, piece: str | None = None) -> Any:
        """A connection's value as the wire keeps it; None if the project has none of this name. ``piece``: whose step asks, None for code.

        Raises ConnectionProblem for one that cannot be used.
        """
        ...


class VariableSource(Protocol):
    """The project's variables; remembers values as ``ConnectionSource`` does."""

    async def get(self, name: str) -> str | None:
        """A variable's value; None if the project has none of this name."""
        ...


class NoVariables:
    """Implements ``VariableSource`` where there are none."""

    async def get(self, name: str) -> str | None:
        """See ``VariableSource``."""
        return None


@dataclass(frozen=True, slots=True)
class Services:
    """What the steps of one run may use; bound to its project. ``secrets``: what they were given and must not leave behind.

    ``app_secrets``: with which the events of apps are checked, by piece name.
    """

    store: Store
    files: Files
    http: Http
    connections: ConnectionSource
    variables: VariableSource = field(default_factory=NoVariables)
    secrets: Secrets = field(default_factory=Secrets)
    flows: Flows = NO_FLOWS
    app_secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    databases: Databases = NO_DATABASES


async def secret_answer(question: Question, services: Services, piece: str | None = None) -> Any:
    """The answer to a question for a connection or a variable. Raises ConnectionProblem and VariableMissing."""
    if question.kind == "variable":
        value = await services.variables.get(question.text)
        if value is None:
            raise VariableMissing(question.text)
        return value
    value = await services.connections.get(question.text, piece)
    if value is None:
        raise ConnectionMissing(question.text)
    return value
