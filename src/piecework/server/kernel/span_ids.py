"""Ids of spans: chosen where they follow from a run's id, random everywhere else. Imported only where traces are on."""

from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator


class ChosenIds(IdGenerator):
    """Gives the ids that ``choose`` was told for the next span."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()
        self._chosen: tuple[int, int] | None = None

    def choose(self, ids: tuple[int, int] | None) -> None:
        """The next span gets this trace id and span id; None: whatever its parent says, and a random one."""
        self._chosen = ids

    def generate_trace_id(self) -> int:
        """See ``IdGenerator``."""
        return self._random.generate_trace_id() if self._chosen is None else self._chosen[0]

    def generate_span_id(self) -> int:
        """See ``IdGenerator``."""
        return self._random.generate_span_id() if self._chosen is None else self._chosen[1]

    def is_trace_id_random(self) -> bool:
        """See ``IdGenerator``: a hash is as evenly spread as chance."""
        return True
