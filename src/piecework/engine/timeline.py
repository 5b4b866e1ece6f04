"""The journal's fold: from the records that an unfinished run wrote down back to its run log.

A journal entry is one JSON array of changes, each ``[path, name, record]`` as ``RunState.changes`` lists them; entries are folded in the order of
their sequence numbers. A later record of the same step replaces the earlier one; an open loop is rebuilt from the records inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from piecework.engine.commands import StepPath
from piecework.engine.state import StepRecord
from piecework.spec import jsons


def encode(changes: Sequence[tuple[StepPath, str, StepRecord]]) -> bytes:
    """One journal entry. A loop's iterations are left out: the records inside it carry their own path."""
    return jsons.dumps([[path, name, _without_iterations(record)] for path, name, record in changes])


def _without_iterations(record: StepRecord) -> StepRecord:
    output = record.get("output")
    if record["type"] == "LOOP_ON_ITEMS" and isinstance(output, dict) and "iterations" in output:
        return {**record, "output": {key: value for key, value in output.items() if key != "iterations"}}
    return record


def fold(entries: Iterable[bytes], steps: dict[str, StepRecord] | None = None) -> dict[str, StepRecord]:
    """Rebuild the run log from journal entries, oldest first.

    :param steps: the log of an earlier fold, on which the entries go on; it is changed in place.

    :raises ValueError: an entry is no journal entry, or names a loop that was never recorded.
    """
    steps = {} if steps is None else steps
    for entry in entries:
        for path, name, record in orjson.loads(entry):
            level = level_of(steps, path)
            known = level.get(name)
            if record["type"] == "LOOP_ON_ITEMS":
                iterations = ((known or {}).get("output") or {}).get("iterations") or []
                record["output"] = {**(record.get("output") or {}), "iterations": iterations}
            level[name] = record
    return steps


def level_of(steps: dict[str, Any], path: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The records of one iteration, or of the flow's own level. Iterations that have no record yet are made.

    :param path: as ``StepPath``, or as JSON has it.
    :raises ValueError: it names a loop that was never recorded.
    """
    level = steps
    for loop, iteration in path:
        record = level.get(loop)
        if record is None:
            raise ValueError(f"the journal names an iteration of {loop!r} before the loop itself")
        iterations = record["output"]["iterations"]
        while len(iterations) <= iteration:
            iterations.append({})
        level = iterations[iteration]
    return level
