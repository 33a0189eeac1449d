"""Buffers a log that waits to be sent: all of a short one, else its beginning and its newest part."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

# The size of the beginning that is kept, also during an outage.
HEAD_BYTES = 8 * 1024 * 1024
# The newest of each interval after that.
EXCERPT_BYTES = 16 * 1024
EXCERPT_SECONDS = 10.0
# The size of the end that is kept.
TAIL_BYTES = 1024 * 1024


class OutputBuffer:
    """A buffer of bytes. A line says how much was left out between. It is not thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._head_left = HEAD_BYTES
        self._ready: deque[bytes] = deque()
        self._newest: deque[bytes] = deque()
        self._newest_bytes = 0
        self._left_out = 0
        self._excerpt_at = 0.0

    def write(self, content: bytes) -> None:
        if len(content) <= self._head_left:
            self._ready.append(content)
            self._head_left -= len(content)
            return
        if self._head_left > 0:
            cut = character_boundary(content, self._head_left)
            self._ready.append(content[:cut])
            content = content[cut:]
            self._head_left = 0
            self._excerpt_at = self._clock() + EXCERPT_SECONDS
        self._keep_newest(content)

    def say(self, content: bytes) -> None:
        """Adds a line that is never left out, after the newest of what came before it."""
        self._release(TAIL_BYTES)
        self._ready.append(content)

    def take(self, size: int) -> bytes:
        """Returns at most `size` bytes, without a broken character at the end."""
        if not self._ready and self._newest and self._clock() >= self._excerpt_at:
            self._release(EXCERPT_BYTES)
        pieces: list[bytes] = []
        while self._ready and size > 0:
            piece = self._ready.popleft()
            cut = character_boundary(piece, size)
            if cut < len(piece):
                self._ready.appendleft(piece[cut:])
            if cut == 0:
                break
            pieces.append(piece[:cut])
            size -= cut
        return b"".join(pieces)

    def clear(self) -> None:
        self._ready.clear()
        self._newest.clear()
        self._newest_bytes = 0

    def _keep_newest(self, content: bytes) -> None:
        self._newest.append(content)
        self._newest_bytes += len(content)
        while self._newest_bytes - len(self._newest[0]) >= TAIL_BYTES:
            self._drop(len(self._newest[0]))

    def _drop(self, size: int) -> None:
        """Drops the oldest bytes of the newest part."""
        while size > 0:
            oldest = self._newest.popleft()
            if len(oldest) > size:
                self._newest.appendleft(oldest[size:])
            dropped = min(len(oldest), size)
            self._left_out += dropped
            self._newest_bytes -= dropped
            size -= dropped

    def _release(self, most: int) -> None:
        if not self._newest:
            return
        self._drop(self._newest_bytes - most)
        newest = b"".join(self._newest)
        if self._left_out:
            newest = self._from_whole_line(newest)
            self._ready.append(f"\n[{self._left_out:,} bytes of output were left out here.]\n".encode())
        self._ready.append(newest)
        self._newest.clear()
        self._newest_bytes = self._left_out = 0
        self._excerpt_at = self._clock() + EXCERPT_SECONDS

    def _from_whole_line(self, content: bytes) -> bytes:
        """Cuts to the next line if it is near, else to a character."""
        start = content.find(b"\n", 0, 4096) + 1
        while start < len(content) and content[start] & 0xC0 == 0x80:
            start += 1
        self._left_out += start
        return content[start:]


def character_boundary(content: bytes, at: int) -> int:
    """Returns the last position up to `at` between two characters."""
    while 0 < at < len(content) and content[at] & 0xC0 == 0x80:
        at -= 1
    return min(at, len(content))
