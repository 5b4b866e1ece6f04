"""Why a child died, from its wait status."""

from __future__ import annotations

import os
import signal

from piecework.sandbox.errors import CodeFailed, MemoryLimitExceeded, SandboxError, TimeLimitExceeded
from piecework.sandbox.limits import Limits
from piecework.sandbox.worker import cpu_exceeded, memory_exceeded

_OUT_OF_MEMORY = {signal.SIGTRAP, signal.SIGABRT, signal.SIGILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGKILL}
"""V8 traps when it cannot allocate, the C library aborts, a failed mapping faults, and the kernel's out-of-memory killer kills."""

_OUT_OF_TIME = {signal.SIGXCPU, signal.SIGPROF}
"""The limit on processor time, and CPython's timer. Code that ignores them is killed by the limit a second later."""

_SHELL_SIGNAL_BASE = 128


def cause_of_death(status: int, ran_seconds: float, limits: Limits) -> SandboxError:
    """The error for a child that ended on its own; ``status`` as of waitpid. bubblewrap gives a signal n as exit code 128 + n."""
    if status == -1:
        return CodeFailed("The process that ran the code was lost")
    code = os.waitstatus_to_exitcode(status)
    number = -code if code < 0 else code - _SHELL_SIGNAL_BASE
    if number in _OUT_OF_TIME or (number == signal.SIGKILL and ran_seconds > limits.cpu_seconds):
        return TimeLimitExceeded(cpu_exceeded(limits))
    if number in _OUT_OF_MEMORY:
        return MemoryLimitExceeded(memory_exceeded(limits))
    return CodeFailed(f"The code ended its own process (exit code {code})")
