"""What the machine has and how much of it is in use, read from the operating system without a library.

Memory figures come from /proc (Linux); elsewhere they are 0, which says that they are not known.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MachineReport:
    """A moment of the machine: bytes, and percentages of 0 to 100."""

    cores: int
    cpu_percentage: float
    ram_total: int
    ram_percentage: float
    disk_total: int
    disk_used: int
    disk_free: int

    @property
    def disk_percentage(self) -> float:
        """Share of the disk in use."""
        return 100 * self.disk_used / self.disk_total if self.disk_total else 0.0


def look_at_machine(folder: Path) -> MachineReport:
    """Returns the present state: the load of the last minute for the processor, and the disk that `folder` is on."""
    disk = shutil.disk_usage(folder)
    cores = os.cpu_count() or 1
    total, available = _memory()
    return MachineReport(
        cores=cores,
        cpu_percentage=min(100.0, 100 * os.getloadavg()[0] / cores),
        ram_total=total,
        ram_percentage=100 * (total - available) / total if total else 0.0,
        disk_total=disk.total,
        disk_used=disk.used,
        disk_free=disk.free,
    )


def own_memory() -> int:
    """Returns the bytes of memory that this process holds."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _memory() -> tuple[int, int]:
    """Total and available bytes."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0, 0
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if rest}
    return kilobytes.get("MemTotal", 0) * 1024, kilobytes.get("MemAvailable", 0) * 1024
