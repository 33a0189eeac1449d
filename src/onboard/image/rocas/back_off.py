"""Repeats a request until an answer comes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from .run_api import ApiFault, ApiRefused, ApiUnavailable

T = TypeVar("T")

FIRST_SECONDS = 0.25
MAX_PAUSE_SECONDS = 10.0
# Some minutes of asking. An outage may last any time; a fault that repeats so often is permanent.
MAX_FAULTS = 20


def pauses() -> Iterator[float]:
    """Yields doubling pauses. Jitter keeps a server's containers out of step."""
    limit = FIRST_SECONDS
    while True:
        yield random.uniform(limit / 2, limit)
        limit = min(limit * 2, MAX_PAUSE_SECONDS)


def persist(call: Callable[[], T], *, stop: threading.Event | None = None, seconds: float | None = None) -> T:
    """
    Calls until the listener answers, through an outage of any length. A refusal is an answer, and so is a permanent
    fault. Raises ApiUnavailable after `seconds`, or as soon as `stop` is set.
    """
    waiting = stop or threading.Event()
    end = None if seconds is None else time.monotonic() + seconds
    faults = 0
    for pause in pauses():
        try:
            return call()
        except ApiUnavailable as error:
            faults += isinstance(error, ApiFault)
            if faults == MAX_FAULTS:
                raise ApiRefused(500, "INTERNAL", str(error)) from error
            if end is not None and time.monotonic() + pause > end:
                raise
            if waiting.wait(pause):
                raise
    raise AssertionError("pauses() does not end")
