"""Progress when nobody can watch: no live connection is open."""

from __future__ import annotations

from typing import Any


class NoProgress:
    """See ``Progress``."""

    def watched(self, project_id: str) -> bool:
        """See ``Progress.watched``."""
        return False

    def publish(self, project_id: str, event: str, payload: Any) -> None:
        """See ``Progress.publish``."""
