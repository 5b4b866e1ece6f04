"""What a tree of processes costs: processor time and memory, from /proc.

A process belongs to the tree when it descends from the root or is in its session, so that children of a child that ended are counted too. Processor
time of children that ended and were waited for is in their parent's. /proc counts in ticks of 10 ms; spans of seconds are exact enough.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True, slots=True)
class Usage:
    """One moment of one process. ``ended_ms`` is the time of its children that are gone."""

    pid: int
    parent: int
    session: int
    label: str
    cpu_ms: float
    ended_ms: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of the whole tree: ``rss`` counts shared pages once a process, ``pss`` once in all."""

    rss: float
    pss: float


def available() -> bool:
    """Whether this machine has Linux's /proc."""
    return (PROC / "self" / "stat").exists()


def tree(root: int) -> dict[int, Usage]:
    """Every living process of the tree by its id."""
    everyone = [usage for entry in PROC.iterdir() if entry.name.isdigit() and (usage := _read(int(entry.name), root)) is not None]
    found = {usage.pid: usage for usage in everyone if usage.pid == root or usage.session == root}
    grown = True
    while grown:
        young = [usage for usage in everyone if usage.parent in found and usage.pid not in found]
        found |= {usage.pid: usage for usage in young}
        grown = bool(young)
    return found


def cpu_ms(root: int) -> dict[str, float]:
    """Processor time so far by label; ``ended children`` is that of processes that are gone."""
    spent: defaultdict[str, float] = defaultdict(float)
    for usage in tree(root).values():
        spent[usage.label] += usage.cpu_ms
        spent["ended children"] += usage.ended_ms
    return dict(spent)


def memory(root: int) -> Memory:
    """Memory of the whole tree."""
    found = tree(root)
    return Memory(sum(usage.rss_mb for usage in found.values()), sum(_pss_mb(pid) for pid in found))


def _read(pid: int, root: int) -> Usage | None:
    try:
        stat = (PROC / str(pid) / "stat").read_text()
        pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    except (OSError, IndexError):
        return None
    name, _, rest = stat.partition("(")[2].rpartition(")")
    fields = rest.split()
    own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    label = "server" if pid == root else _label(pid, name)
    return Usage(pid, int(fields[1]), int(fields[3]), label, own * TICK_MS, ended * TICK_MS, pages * PAGE_MB)


def _label(pid: int, name: str) -> str:
    """A telling name: what a Python process was started for, else the name of its program."""
    try:
        command = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return name
    if any("piecework.sandbox" in word for word in command):
        return "sandbox"
    if not name.startswith("python"):
        return name
    if "-m" in command[:-1]:
        return command[command.index("-m") + 1]
    return next((Path(word).stem for word in command[1:] if word.endswith(".py")), name)


def _pss_mb(pid: int) -> float:
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return 0.0
