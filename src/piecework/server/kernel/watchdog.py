"""A look, from outside the event loop, at whether the event loop still turns.

Everything in this process shares one event loop: a native piece that blocks instead of awaiting stops webhooks, schedules and every other run, and
nothing inside the loop can notice. So a thread does, and ends the process, which leaves all runs where a crash would (docs/decisions/0018).
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

import structlog

log = structlog.get_logger("watchdog")

EXIT_CODE = 70
"""How a process ends whose event loop hung: EX_SOFTWARE of sysexits.h, which nothing else here uses."""

BEAT_SECONDS = 1.0

LAST_WORDS_SECONDS = 10.0
"""Time for the log line and for whoever is told; then the process ends without them."""

PROCESSOR_SHARE = 4
"""A call that holds Python's lock keeps this thread from looking, too. Such a call computes: the kernel ends the process with SIGPROF once it
has used this many times the limit of processor time, all threads together, without a beat."""

Verdict = Callable[[str], Mapping[str, Any]]
"""(name of the task that blocks) → what the log should say of it. Called in the watchdog's thread, right before the end."""


class Watchdog:
    """Ends the process with ``EXIT_CODE`` when the event loop does not turn for ``seconds``; 0: never.

    Time in which the whole process was stopped (SIGSTOP, a sleeping machine) does not count.
    """

    def __init__(self, seconds: float, verdict: Verdict) -> None:
        self._seconds = seconds
        self._interval = min(BEAT_SECONDS, seconds / 4)
        self._verdict = verdict
        self._beats = 0
        self._timer: asyncio.TimerHandle | None = None
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin to look. Called in the event loop that is watched, on the main thread."""
        if self._seconds:
            loop = asyncio.get_running_loop()
            self._beat(loop)
            threading.Thread(target=self._watch, args=(loop, threading.get_ident()), name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()
            _limit_processor_time(0)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._beats += 1
        _limit_processor_time(self._seconds * PROCESSOR_SHARE)
        self._timer = loop.call_later(self._interval, self._beat, loop)

    def _watch(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        beats, silent, looked = self._beats, 0.0, monotonic()
        while not self._ended.wait(self._interval):
            now = monotonic()
            if self._beats != beats:
                beats, silent = self._beats, 0.0
            else:  # no look takes long, unless this thread was stopped with all the others
                silent += min(now - looked, 2 * self._interval)
            looked = now
            if silent >= self._seconds:
                self._end(loop, thread, silent)

    def _end(self, loop: asyncio.AbstractEventLoop, thread: int, silent: float) -> None:
        last_words = threading.Thread(target=self._tell, args=(loop, thread, silent), daemon=True)
        last_words.start()
        last_words.join(LAST_WORDS_SECONDS)
        os._exit(EXIT_CODE)

    def _tell(self, loop: asyncio.AbstractEventLoop, thread: int, silent: float) -> None:
        stack = "".join(traceback.format_stack(sys._current_frames()[thread]))  # pyright: ignore[reportPrivateUsage]
        task = asyncio.current_task(loop)
        name = "" if task is None else task.get_name()
        try:
            facts = dict(self._verdict(name))
        except Exception as error:
            facts = {"error": type(error).__name__}
        log.critical("the event loop is blocked; the process ends", seconds=round(silent, 1), task=name, **facts, stack=stack)
        sys.stdout.flush()


def _limit_processor_time(seconds: float) -> None:
    if sys.platform != "win32":
        faulthandler.register(signal.SIGPROF, all_threads=True, chain=True)
        signal.setitimer(signal.ITIMER_PROF, seconds)
