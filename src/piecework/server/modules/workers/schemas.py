"""What travels about worker machines (recordings/misc.json)."""

from typing import Literal

from typing_extensions import TypedDict


class DiskInfo(TypedDict):
    """The disk of the data folder, in bytes."""

    total: int
    free: int
    used: int
    percentage: float


class WorkerInformation(TypedDict):
    """What a worker has to work with."""

    workerId: str
    cpuUsagePercentage: float
    diskInfo: DiskInfo
    workerProps: dict[str, str]
    ramUsagePercentage: float
    totalAvailableRamInBytes: int
    totalCpuCores: int
    ip: str


class WorkerMachine(TypedDict):
    """A connected worker."""

    id: str
    created: str
    updated: str
    type: Literal["SHARED"]
    status: Literal["ONLINE"]
    information: WorkerInformation
