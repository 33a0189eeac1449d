"""An end from outside: SIGTERM, a lost grant, or a timeout."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from enum import Enum
from heapq import heappop, heappush
from itertools import count
from queue import Empty, SimpleQueue

from ..places import Places
from .exit_code import FAILED, NOT_GRANTED, STOPPED, keep_exit_code

# An engine kills 10 s after SIGTERM. The exit code must be on disk before that.
LAST_MOMENT_SECONDS = 8.0


class Reason(Enum):
    TOLD_TO_STOP = STOPPED
    NO_LONGER_GRANTED = NOT_GRANTED
    OUT_OF_TIME = FAILED


class Ending:
    """Begins once, for the first reason; stops kernel and process soon."""

    def __init__(self, places: Places) -> None:
        self.begun = threading.Event()
        self.reason: Reason | None = None
        self._places = places
        self._lock = threading.Lock()
        self._stop_kernel: Callable[[], None] | None = None
        # One thread for all that comes later: a notebook may leave the container no room for another.
        self._planned: SimpleQueue[tuple[float, int, Callable[[], None]]] = SimpleQueue()
        self._numbers = count()
        threading.Thread(target=self._keep_time, daemon=True).start()

    def begin(self, reason: Reason) -> None:
        with self._lock:
            if self.reason is not None:
                return
            self.reason = reason
            stop_kernel = self._stop_kernel
        if reason is not Reason.OUT_OF_TIME:  # still reported, however long that takes
            self._after(LAST_MOMENT_SECONDS, self._leave)
        self.begun.set()
        if stop_kernel is not None:
            self._after(0, stop_kernel)

    def when_begun(self, stop_kernel: Callable[[], None]) -> None:
        """Calls at once if the ending has begun."""
        with self._lock:
            self._stop_kernel = stop_kernel
            begun = self.reason is not None
        if begun:
            self._after(0, stop_kernel)

    def out_of_time_after(self, seconds: float) -> None:
        self._after(min(seconds, threading.TIMEOUT_MAX), lambda: self.begin(Reason.OUT_OF_TIME))

    def on_signals(self) -> None:
        """Handles the signals, for which process 1 has no default action."""
        signals: SimpleQueue[int] = SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            # A handler may interrupt anything, even a lock that it needs. So it only puts a note into a queue.
            signal.signal(number, lambda received, _: signals.put(received))

        def wait() -> None:
            signals.get()
            self.begin(Reason.TOLD_TO_STOP)

        threading.Thread(target=wait, daemon=True).start()

    def _leave(self) -> None:
        assert self.reason is not None
        os._exit(keep_exit_code(self.reason.value, self._places))

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        self._planned.put((time.monotonic() + seconds, next(self._numbers), act))

    def _keep_time(self) -> None:
        due: list[tuple[float, int, Callable[[], None]]] = []
        while True:
            try:
                heappush(due, self._planned.get(timeout=max(0, due[0][0] - time.monotonic()) if due else None))
            except Empty:
                heappop(due)[2]()
