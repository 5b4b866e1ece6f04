"""Why a child died, from its wait status."""

from __future__ import annotations

import os
import signal

from piecework.sandbox.errors import CodeFailed, MemoryLimitExceeded, ProcessKilled, SandboxError, TimeLimitExceeded
from piecework.sandbox.launcher import Death
from piecework.sandbox.limits import Limits
from piecework.sandbox.worker import cpu_exceeded, memory_exceeded

_OUT_OF_MEMORY = {signal.SIGTRAP, signal.SIGABRT, signal.SIGILL, signal.SIGSEGV, signal.SIGBUS}
"""V8 traps when it cannot allocate, the C library aborts, and a failed mapping faults."""

_FROM_OUTSIDE = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT}
"""What people send beside SIGKILL, which the kernel's out-of-memory killer sends too: it is the code's fault if it held more than it may."""

_OUT_OF_TIME = {signal.SIGXCPU, signal.SIGPROF}
"""The limit on processor time, and CPython's timer. Code that ignores them is killed by the limit a second later."""

_SHELL_SIGNAL_BASE = 128


def cause_of_death(death: Death, ran_seconds: float, fresh_bytes: int, limits: Limits) -> SandboxError:
    """The error for a child that ended on its own; bubblewrap gives a signal n as exit code 128 + n.

    ``fresh_bytes``: memory that the child held before it ran anything. ProcessKilled is the only one after which trying again makes sense.
    """
    if death.status == -1:
        return ProcessKilled("The process that ran the code was lost")
    code = os.waitstatus_to_exitcode(death.status)
    number = -code if code < 0 else code - _SHELL_SIGNAL_BASE
    if number in _OUT_OF_TIME or (number == signal.SIGKILL and ran_seconds > limits.cpu_seconds):
        return TimeLimitExceeded(cpu_exceeded(limits))
    greedy = death.peak - fresh_bytes > limits.memory_mb * 1024 * 1024
    if number in _OUT_OF_MEMORY or (number == signal.SIGKILL and greedy):
        return MemoryLimitExceeded(memory_exceeded(limits))
    if number == signal.SIGKILL or -code in _FROM_OUTSIDE:
        return ProcessKilled(f"The process that ran the code was killed (signal {number})")
    return CodeFailed(f"The code ended its own process (exit code {code})")
