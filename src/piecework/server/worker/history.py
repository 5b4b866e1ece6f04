"""What a run log keeps of each turn beside the steps: when it waited and was driven, and what the step records do not hold any more.

A step's record is that of its last attempt. The attempts before it, the legs that ended in a pause and the responses that nobody got would be
forgotten with it; here they stay, for ``GET /flow-runs/{id}/timeline``. A turn without any of them takes a hundred bytes of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from piecework.server.kernel.clock import iso_of, now_iso
from piecework.server.ports.runs import Job, JobKind, RunRow, Waitpoint

Entry = dict[str, Any]

MOST_KEPT = 1_000
"""Legs, and responses, that one turn keeps; of the rest it says how many they were."""

MESSAGE_LIMIT = 700
"""Characters of a leg's error; the last attempt's message stands in full in the step's record."""


class TurnHistory:
    """Of one turn. ``earlier``: the entries of the turns before it, as the log has them."""

    __slots__ = ("_claimed_at", "_kind", "_left_out", "_legs", "_lives", "_queued_at", "_responses", "earlier")

    def __init__(self, job: Job, run: RunRow) -> None:
        self.earlier: list[Entry] = []
        self._kind = job.kind
        self._lives = job.attempts
        self._queued_at = run.created if job.kind is JobKind.BEGIN else iso_of(job.due_at) if job.due_at else run.updated
        self._claimed_at = now_iso()
        self._legs: list[Entry] = []
        self._responses: list[Entry] = []
        self._left_out = 0

    @property
    def retries(self) -> int:
        """How often the whole run has been retried, this turn included."""
        return sum(entry["kind"] == JobKind.RETRY for entry in self.earlier) + (self._kind is JobKind.RETRY)

    def add_leg(self, leg: Entry) -> None:
        """Keep an attempt whose record another one will replace."""
        self._keep(self._legs, leg)

    def add_undelivered(self, at: str, step: str, status: int, reason: str) -> None:
        """Keep note of a response that no caller got."""
        self._keep(self._responses, {"at": at, "step": step, "status": status, "reason": reason})

    def _keep(self, kept: list[Entry], entry: Entry) -> None:
        if len(kept) < MOST_KEPT:
            kept.append(entry)
        else:
            self._left_out += 1

    def entries(self, status: str, ended_at: str, waits_for: Sequence[Waitpoint]) -> list[Entry]:
        """All turns of the run, this one last, as its log is about to keep them. ``waits_for``: the waitpoints that this turn leaves."""
        entry: Entry = {
            "kind": self._kind,
            "queuedAt": self._queued_at,
            "claimedAt": self._claimed_at,
            "endedAt": ended_at,
            "status": status,
            "lives": self._lives,
        }
        if waits_for:
            waits = [{"type": one.type, "step": one.step_path, "until": iso_of(one.resume_at)} for one in waits_for]
            entry["waitsFor"] = waits[0]
            if len(waits) > 1:
                entry["alsoWaitsFor"] = waits[1:]
        if self._legs:
            entry["legs"] = self._legs
        if self._responses:
            entry["undelivered"] = self._responses
        if self._left_out:
            entry["leftOut"] = self._left_out
        return [*self.earlier, entry]
