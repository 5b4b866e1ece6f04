"""Copies of steps, for DUPLICATE_ACTION and DUPLICATE_BRANCH."""

from collections.abc import Iterable, Iterator
from itertools import count

from piecework.engine.references import renaming, rewrite_step
from piecework.engine.tree import step_names, transform
from piecework.spec.flow import Step


def copied(root: Step, *, taken: Iterable[str], now: str) -> Step:
    """A copy of a step and all below it.

    Each copied step gets the lowest ``step_N`` that is free (``taken``: every name of the flow) and "Copy" behind its display name
    (recorded); references from one copied step to another follow; sample data do not.
    """
    names = dict(zip(step_names(root), _free_names(set(taken)), strict=False))
    change = renaming(names)

    def copy(step: Step) -> Step:
        step = rewrite_step(step, change)
        if "sampleData" in step["settings"]:
            step = {**step, "settings": {**step["settings"], "sampleData": {}}}
        return {**step, "name": names[step["name"]], "displayName": f"{step['displayName']} Copy", "lastUpdatedDate": now}

    return transform(root, copy)


def _free_names(taken: set[str]) -> Iterator[str]:
    return (name for number in count(1) if (name := f"step_{number}") not in taken)
