"""Limits how often one address may call a route; the count stands in the headers, as on the wire (recordings/authentication.json)."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Depends, Request
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.exceptions import HTTPException


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit after a call: `reset` is in seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that tell the caller."""
        told = {"x-ratelimit-limit": str(self.limit), "x-ratelimit-remaining": str(self.remaining), "x-ratelimit-reset": str(self.reset)}
        return told if self.allowed else {**told, "retry-after": str(self.reset)}


class RateLimiter:
    """Counts calls in fixed windows, in memory. `limit` None means that nothing is limited."""

    def __init__(self, limit: int | None, window: timedelta, client_address_header: str | None) -> None:
        self._item = None if limit is None else RateLimitItemPerSecond(limit, max(1, math.ceil(window.total_seconds())))
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._client_address_header = client_address_header

    def count(self, name: str, request: Request) -> Allowance | None:
        """Counts one call of the route `name` by the sender of `request`; None when nothing is limited."""
        if self._item is None:
            return None
        address = self._address(request)
        allowed = self._limiter.hit(self._item, name, address)
        stats = self._limiter.get_window_stats(self._item, name, address)
        return Allowance(allowed, self._item.amount, max(0, stats.remaining), max(1, math.ceil(stats.reset_time - time.time())))

    def _address(self, request: Request) -> str:
        named = request.headers.get(self._client_address_header) if self._client_address_header else None
        return named or (request.client.host if request.client else "unknown")


def RateLimited(name: str) -> Any:  # noqa: N802 - reads like Depends, in whose place it stands
    """Returns the route dependency that counts calls under `name` and answers 429 when there are too many."""

    async def count(request: Request) -> None:
        limiter: RateLimiter = request.app.state.rate_limiter
        allowance = limiter.count(name, request)
        if allowance is None:
            return
        request.state.answer_headers = allowance.headers  # the envelope puts them on whatever is answered
        if not allowance.allowed:
            raise HTTPException(429, f"Rate limit exceeded, retry in {allowance.reset} seconds")

    return Depends(count)
