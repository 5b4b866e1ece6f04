"""Outputs that a run's log keeps beside it: in what the API gives of the run, a link stands in their place (spec/engine.md §3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

SLICE = "slice"
MARK = b"itemsSlice", b'"outputType"'
"""A log without either text has no slices."""


def has_slices(log: bytes) -> bool:
    """Whether a look at each record of this log is worth it."""
    return any(mark in log for mark in MARK)


def with_links(steps: Mapping[str, Any], link: Callable[[str], str]) -> None:
    """Complete every reference to a slice, in place: ``{"fileId", "size", "url"}``. The URL is signed, and good for whoever has it."""
    for record in steps.values():
        if record.get("outputType") == SLICE:
            record["output"]["url"] = link(record["output"]["fileId"])
        if "itemsSlice" in record:
            record["itemsSlice"]["url"] = link(record["itemsSlice"]["fileId"])
        if record.get("type") == "LOOP_ON_ITEMS":
            for iteration in (record.get("output") or {}).get("iterations") or ():
                with_links(iteration, link)
