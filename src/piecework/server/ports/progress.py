"""Live progress: what happens to runs, for whoever looks at them in a browser right now."""

from __future__ import annotations

from typing import Any, Protocol


class Progress(Protocol):
    """Fire and forget: nobody's run waits for a browser."""

    def watched(self, project_id: str) -> bool:
        """Is anybody looking at this project? Asked before anything is built."""
        ...

    def publish(self, project_id: str, event: str, payload: Any) -> None:
        """Tell everyone who looks at the project. ``event`` is the wire's name (spec/api.md §14)."""
        ...
