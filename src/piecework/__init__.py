"""Piecework: a workflow-automation platform.

The public names of this package are the library's front door; a program that only wants to run a flow document needs nothing else. They are
imported when they are first used, so that ``import piecework`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from piecework.runner.local import NotTriggered, RunResult, run_flow, run_flow_async
    from piecework.spec.flow import InvalidFlow

__version__ = "0.1.0"

__all__ = ["InvalidFlow", "NotTriggered", "RunResult", "__version__", "run_flow", "run_flow_async"]

_HOMES = {
    "InvalidFlow": "piecework.spec.flow",
    "NotTriggered": "piecework.runner.local",
    "RunResult": "piecework.runner.local",
    "run_flow": "piecework.runner.local",
    "run_flow_async": "piecework.runner.local",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
