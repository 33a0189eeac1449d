"""A socket that a slow client cannot hold for ever."""

from __future__ import annotations

import io
import socket
import time


class TimedReader(io.RawIOBase):
    """
    Reads of one request end at one deadline. A socket's own timeout starts anew with every byte, so that a slow client
    would never meet it.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._end = float("inf")

    def allow(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("The request took too long.")
        self._connection.settimeout(left if left != float("inf") else None)
        return self._connection.recv_into(buffer)
