"""Asking again until an answer comes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from .run_api import ApiUnavailable

T = TypeVar("T")

FIRST_SECONDS = 0.25
LONGEST_SECONDS = 10.0


def pauses() -> Iterator[float]:
    """Doubling, with jitter, so that the containers of one server do not return to it in step."""
    longest = FIRST_SECONDS
    while True:
        yield random.uniform(longest / 2, longest)
        longest = min(longest * 2, LONGEST_SECONDS)


def persist(call: Callable[[], T], *, stop: threading.Event | None = None, seconds: float | None = None) -> T:
    """
    Calls until the listener answers, through an outage of any length; a refusal is an answer.
    Raises ApiUnavailable after `seconds`, or as soon as `stop` is set.
    """
    waiting = stop or threading.Event()
    end = None if seconds is None else time.monotonic() + seconds
    for pause in pauses():
        try:
            return call()
        except ApiUnavailable:
            if end is not None and time.monotonic() + pause > end:
                raise
            if waiting.wait(pause):
                raise
    raise AssertionError("pauses() does not end")
