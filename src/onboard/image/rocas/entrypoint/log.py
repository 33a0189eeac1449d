"""The attempt's log, in chunks to Rocas and to the container's output."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from ..back_off import persist
from ..run_api import ApiRefused, ApiUnavailable, RunApi
from .output_buffer import OutputBuffer
from .screen import Screen

CHUNK_BYTES = 64 * 1024
EVERY_SECONDS = 1.0
# The engine rotates its own log. This bounds how much a notebook can make it rotate.
MAX_CONSOLE_BYTES = 16 * 1024 * 1024


class Log:
    """Sends chunks in order until acknowledged. A repeated chunk is harmless."""

    def __init__(self, api: RunApi, mask: Callable[[str], str] = str) -> None:
        self._api = api
        self._mask = mask
        self._lock = threading.Lock()
        self._waiting = OutputBuffer()
        self._screen = Screen(self._write)
        self._ending = False
        self._seq = 0
        self._console_left = MAX_CONSOLE_BYTES
        self._refused = False
        self._closing = threading.Event()
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._ship, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def say(self, line: str) -> None:
        """Writes a line of the entrypoint's own, which is always shown."""
        line = self._mask(line)
        content = f"{line}\n".encode("utf-8", "replace")
        self._screen.finish()
        with self._lock:
            if not self._refused:
                self._waiting.say(content)
        print(line, flush=True)

    def write(self, stream: str, text: str) -> None:
        """Writes to one of the notebook's streams."""
        self._screen.write(stream, text)

    def show(self, text: str) -> None:
        """Shows a display of the notebook, on lines of its own."""
        self._screen.show(text)

    def update(self, display: str, text: str) -> None:
        """Updates a display of the notebook."""
        self._screen.update(display, text)

    def clear(self) -> None:
        """Handles the cleared output of a cell."""
        self._screen.clear()

    def end_line(self) -> None:
        """Ends the line: the cell's last output is complete."""
        self._screen.finish()

    def end(self, line: str | None = None) -> None:
        """Begins the last words, for which Rocas keeps room in any log. `line` is the first of them."""
        self._screen.finish()
        with self._lock:
            self._ending = True
        if line is not None:
            self.say(line)

    def close(self, seconds: float | None, stop: threading.Event | None = None) -> None:
        """Waits until all is sent: at most `seconds` if given, and until `stop` is set."""
        end = float("inf") if seconds is None else time.monotonic() + seconds
        self._closing.set()
        while self._thread.is_alive() and time.monotonic() < end and not (stop and stop.is_set()):
            self._thread.join(0.1)
        self._given_up.set()

    def _write(self, text: str) -> None:
        content = self._mask(text).encode("utf-8", "replace")
        with self._lock:
            if not self._refused:
                self._waiting.write(content)
        self._print(content)

    def _print(self, content: bytes) -> None:
        if self._console_left <= 0:
            return
        shown = content[: self._console_left]
        self._console_left -= len(shown)
        sys.stdout.buffer.write(shown)
        if self._console_left == 0:
            sys.stdout.buffer.write(b"\n[What follows is in the log of Rocas only.]\n")
        sys.stdout.buffer.flush()

    def _ship(self) -> None:
        while True:
            closing = self._closing.wait(EVERY_SECONDS)
            self._screen.tick()
            while chunk := self._next_chunk():
                if not self._send(chunk):
                    return
            if closing:
                return

    def _send(self, chunk: dict[str, Any]) -> bool:
        try:
            persist(lambda: self._api.post("/log", {"seq": self._seq, **chunk}), stop=self._given_up)
        except ApiUnavailable:
            return False
        except ApiRefused as refused:
            if refused.says_stop:
                with self._lock:
                    self._refused = True
                    self._waiting.clear()
                return False
            # Rocas may refuse one chunk; the others are sent all the same.
        self._seq += 1
        return True

    def _next_chunk(self) -> dict[str, Any] | None:
        with self._lock:
            content = self._waiting.take(CHUNK_BYTES)
            if not content:
                return None
            return {"text": content.decode("utf-8", "replace"), **({"last": True} if self._ending else {})}
