"""What travels about health."""

from typing import Literal

from typing_extensions import TypedDict


class Health(TypedDict):
    """Whether the server can do its work."""

    status: Literal["Healthy", "Unhealthy"]


class SystemHealth(TypedDict):
    """Whether the machine has what the server wants: processor, disk, memory."""

    cpu: bool
    disk: bool
    ram: bool


class Memory(TypedDict):
    """Bytes of memory: what the server holds, and the machine's. 0 where the operating system does not tell."""

    server: int
    total: int
    available: int


class ProcessorLoad(TypedDict):
    """The machine's processors, and their load in the last minute (0 to 100)."""

    cores: int
    percentage: float


class Queue(TypedDict):
    """Runs by what they wait for. `queued`: for a worker; `delayed`: until their time; `running`: not at all; `paused`: for an answer.

    `oldestQueuedAt`: since when the first in line could run; null when the line is empty.
    """

    queued: int
    delayed: int
    running: int
    paused: int
    oldestQueuedAt: str | None


class WorkerLoad(TypedDict):
    """A worker: how many runs it drives at once at most, and how many it has in hand."""

    slots: int
    running: int


class Readiness(TypedDict):
    """Whether code in a language can run here, and if not, why."""

    available: bool
    problem: str | None


class Sandbox(TypedDict):
    """Where code steps run. `size`: processes at work at once; `warm`: ready for the next step; `kills`: ended for a limit or a cancelled run;
    `restarts`: died otherwise; both since the start. The limits are those of one step."""

    size: int
    busy: int
    warm: int
    kills: int
    restarts: int
    memoryLimitMb: int
    cpuLimitSeconds: float
    wallLimitSeconds: float
    javascript: Readiness
    python: Readiness


class DatabaseState(TypedDict):
    """The database: whether it answers, what it is, and the bytes of its files."""

    healthy: bool
    kind: Literal["SQLite"]
    version: str
    bytes: int


class Disk(TypedDict):
    """Bytes of the disk that holds the data folder."""

    total: int
    free: int


class RuntimeHealth(TypedDict):
    """What the server is doing and what it has to do it with, at this moment."""

    version: str
    pythonVersion: str
    startedAt: str
    checkedAt: str
    memory: Memory
    processor: ProcessorLoad
    queue: Queue
    workers: list[WorkerLoad]
    sandbox: Sandbox
    database: DatabaseState
    disk: Disk
