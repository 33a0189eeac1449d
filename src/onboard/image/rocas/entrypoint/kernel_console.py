"""What the notebook's process writes past Jupyter: the trace of a crash, the words of the dynamic linker."""

from __future__ import annotations

import codecs
import os
import threading
from typing import Any

from .log import Log

PIECE_BYTES = 64 * 1024
LAST_SECONDS = 1.0


class KernelConsole:
    """A pipe, and a thread that tells the log what comes through it."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._read, self._write = os.pipe()
        self._thread = threading.Thread(target=self._tell, daemon=True)
        self._thread.start()

    def as_streams(self) -> dict[str, Any]:
        return {"stdout": self._write, "stderr": self._write}

    def close(self) -> None:
        """What a dead process wrote is told first; one of its children may hold the pipe open for ever."""
        os.close(self._write)
        self._thread.join(LAST_SECONDS)

    def _tell(self) -> None:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while piece := os.read(self._read, PIECE_BYTES):
            self._log.write("console", decode(piece))
        os.close(self._read)
