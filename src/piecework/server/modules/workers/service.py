"""Tells who executes runs: in the embedded profile this process alone."""

import asyncio
import socket
from collections.abc import Mapping
from pathlib import Path

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.ids import new_id
from piecework.server.kernel.machine import MachineReport, look_at_machine
from piecework.server.modules.workers.schemas import WorkerMachine


class WorkerService:
    """Reports on the workers. `worker_props` are the settings that a worker shows, by the wire's names."""

    def __init__(self, data_dir: Path, worker_props: Mapping[str, str]) -> None:
        self._data_dir = data_dir
        self._worker_props = dict(worker_props)
        self._worker_id = f"worker-{new_id()}"
        self._started = now_iso()

    async def machines(self) -> list[WorkerMachine]:
        """Returns the connected workers."""
        return [self._describe(await asyncio.to_thread(look_at_machine, self._data_dir), await asyncio.to_thread(_own_address))]

    def _describe(self, report: MachineReport, address: str) -> WorkerMachine:
        return {
            "id": self._worker_id,
            "created": self._started,
            "updated": now_iso(),
            "type": "SHARED",
            "status": "ONLINE",
            "information": {
                "workerId": self._worker_id,
                "cpuUsagePercentage": report.cpu_percentage,
                "diskInfo": {
                    "total": report.disk_total,
                    "free": report.disk_free,
                    "used": report.disk_used,
                    "percentage": report.disk_percentage,
                },
                "workerProps": self._worker_props,
                "ramUsagePercentage": report.ram_percentage,
                "totalAvailableRamInBytes": report.ram_total,
                "totalCpuCores": report.cores,
                "ip": address,
            },
        }


def _own_address() -> str:
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"
