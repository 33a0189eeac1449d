"""Heartbeats with progress. The answer says if the attempt may go on."""

from __future__ import annotations

import threading
import time

from ..run_api import ApiRefused, ApiUnavailable, RunApi
from .ending import Ending, Reason
from .reap_orphans import reap_orphans

EVERY_SECONDS = 10.0
# The answer may ask for a longer pause.
LONGEST_SECONDS = 60.0
# A foreign listener on the port during an outage knows no token of ours: one such answer is no verdict.
UNKNOWN_TOKEN_ROUNDS = 6


class Pulse:
    """Runs in a thread of its own, so that a cell of hours does not silence it."""

    def __init__(self, api: RunApi, ending: Ending) -> None:
        self._api = api
        self._ending = ending
        self._beat_now = threading.Event()
        self._stopped = threading.Event()
        self._progress: float | None = None
        self._message: str | None = None
        self._unknown_token = 0
        self._pause = EVERY_SECONDS
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def progressed(self, progress: float, message: str) -> None:
        self._progress = min(max(progress, 0.0), 1.0)
        self._message = message[:512]
        self._beat_now.set()

    def stop(self) -> None:
        """Stops. No heartbeat begins after this; one under way may still end."""
        self._stopped.set()
        self._beat_now.set()

    def _run(self) -> None:
        beat_at = 0.0
        while not self._stopped.is_set():
            if self._beat_now.is_set() or time.monotonic() >= beat_at:
                self._beat_now.clear()
                self._beat()
                beat_at = time.monotonic() + self._pause
            reap_orphans()
            self._beat_now.wait(EVERY_SECONDS)

    def _beat(self) -> None:
        body: dict[str, object] = {}
        if self._progress is not None:
            body = {"progress": self._progress, "message": self._message}
        try:
            answer = self._api.post("/heartbeat", body)
            may_go_on = answer.get("continue", True) is not False
            self._unknown_token = 0
            self._pause = wanted_pause(answer)
        except ApiUnavailable:
            self._pause = EVERY_SECONDS
            return  # the container works on; the next beat reports the same progress
        except ApiRefused as refused:
            may_go_on = not refused.says_stop
            self._pause = EVERY_SECONDS
            if refused.status == 401:
                self._unknown_token += 1
                may_go_on = self._unknown_token < UNKNOWN_TOKEN_ROUNDS
        if not may_go_on:
            self._ending.begin(Reason.NO_LONGER_GRANTED)


def wanted_pause(answer: dict[str, object]) -> float:
    every = answer.get("everySeconds")
    return min(max(float(every), EVERY_SECONDS), LONGEST_SECONDS) if isinstance(every, (int, float)) else EVERY_SECONDS
