"""The log of the attempt: to Rocas in chunks, and to the container's own output."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque

from ..back_off import persist
from ..run_api import ApiRefused, ApiUnavailable, RunApi

CHUNK_BYTES = 64 * 1024
EVERY_SECONDS = 1.0
# What waits while nobody answers. Beyond that the output is counted, not kept.
MAX_WAITING_BYTES = 8 * 1024 * 1024
# The engine rotates its own log; this bounds what a notebook can make it rotate.
MAX_CONSOLE_BYTES = 16 * 1024 * 1024


class Log:
    """Chunks are sent in order, each until it is acknowledged: the same chunk twice is harmless there."""

    def __init__(self, api: RunApi) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._left_out = 0
        self._seq = 0
        self._console_left = MAX_CONSOLE_BYTES
        self._refused = False
        self._closing = threading.Event()
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._ship, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def say(self, line: str) -> None:
        """The entrypoint's own words; the console has them however much the notebook wrote."""
        self._keep(f"{line}\n".encode("utf-8", "replace"))
        print(line, flush=True)

    def write(self, text: str) -> None:
        """What the notebook wrote."""
        content = text.encode("utf-8", "replace")
        self._keep(content)
        self._print(content)

    def close(self, seconds: float | None, stop: threading.Event | None = None) -> None:
        """Waits until all is shipped; at most for `seconds` where given, and until `stop` is set."""
        end = float("inf") if seconds is None else time.monotonic() + seconds
        self._closing.set()
        while self._thread.is_alive() and time.monotonic() < end and not (stop and stop.is_set()):
            self._thread.join(0.1)
        self._given_up.set()

    def _keep(self, content: bytes) -> None:
        with self._lock:
            if self._refused:
                return
            room = max(MAX_WAITING_BYTES - self._waiting_bytes, 0)
            self._left_out += max(len(content) - room, 0)
            if kept := content[:room]:
                self._waiting.append(kept)
                self._waiting_bytes += len(kept)

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
            while chunk := self._next_chunk():
                if not self._send(chunk):
                    return
            if closing:
                return

    def _send(self, text: str) -> bool:
        try:
            persist(lambda: self._api.post("/log", {"seq": self._seq, "text": text}), stop=self._given_up)
        except ApiUnavailable:
            return False
        except ApiRefused as refused:
            if refused.says_stop:
                with self._lock:
                    self._refused = True
                    self._waiting.clear()
                return False
            # One chunk that Rocas does not take is no reason to keep the others from it.
        self._seq += 1
        return True

    def _next_chunk(self) -> str:
        with self._lock:
            pieces, size = [], 0
            while self._waiting and size < CHUNK_BYTES:
                piece = self._waiting.popleft()
                if size + len(piece) > CHUNK_BYTES:
                    cut = _character_boundary(piece, CHUNK_BYTES - size)
                    self._waiting.appendleft(piece[cut:])
                    piece = piece[:cut]
                    if not piece:
                        break
                pieces.append(piece)
                size += len(piece)
            self._waiting_bytes -= size
            if not self._waiting and self._left_out and size < CHUNK_BYTES - 100:
                pieces.append(f"\n[{self._left_out} bytes of output were left out here.]\n".encode())
                self._left_out = 0
        return b"".join(pieces).decode("utf-8", "replace")


def _character_boundary(content: bytes, at: int) -> int:
    """The last position up to `at` that is not within a character."""
    while 0 < at < len(content) and content[at] & 0xC0 == 0x80:
        at -= 1
    return at
