"""What one step may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """``memory_mb``: the JavaScript heap. V8 lets a heap overshoot by tens of MB before it gives up; the hard bound on everything that the
    step allocates, ArrayBuffers included, is ``confinement.NATIVE_HEADROOM_MB`` more. ``cpu_seconds``/``wall_seconds``: processor time and
    time by the clock, waiting included. ``output_bytes``: the result as JSON. ``stdout_bytes``: captured console output, cut (not refused)
    beyond it."""

    memory_mb: int = 128
    cpu_seconds: float = 10.0
    wall_seconds: float = 30.0
    output_bytes: int = 32 * 1024 * 1024
    stdout_bytes: int = 64 * 1024

    def __post_init__(self) -> None:
        for name in ("memory_mb", "cpu_seconds", "wall_seconds", "output_bytes", "stdout_bytes"):
            if getattr(self, name) <= 0:
                raise ValueError(f"Limits.{name} must be positive, received: {getattr(self, name)}")
        if self.memory_mb < MIN_MEMORY_MB:
            raise ValueError(f"Limits.memory_mb must be at least {MIN_MEMORY_MB}, received: {self.memory_mb}")


MIN_MEMORY_MB = 16
"""V8 needs about 8 MB of heap for a fresh context and its compiler."""

EXPRESSION_LIMITS = Limits(cpu_seconds=2.0, wall_seconds=5.0)
"""Template expressions only look values up and combine them."""

COMPILE_LIMITS = Limits(cpu_seconds=5.0, wall_seconds=15.0)
