"""Output of the notebook's process outside of Jupyter: the trace of a crash, the dynamic linker's messages."""

from __future__ import annotations

import codecs
import os
import threading
from typing import Any

from ..kernel.descriptors import CAPTURED
from .log import Log

PIECE_BYTES = 64 * 1024
LAST_SECONDS = 1.0
# A program that outlives the notebook's process may go on writing.
MAX_REST_PIECES = 16


class KernelConsole:
    """
    Holds a pipe whose text a thread writes to the log. Holds also the two pipes that the process reads itself, while it
    lives.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._read, self._write = os.pipe()
        self._captured = [os.pipe(), os.pipe()]
        self._thread = threading.Thread(target=self._copy_to_log, daemon=True)
        self._thread.start()

    def start_options(self) -> dict[str, Any]:
        """Returns subprocess's options for the start of the process."""
        ends = [end for pipe in self._captured for end in pipe]
        env = {**os.environ, CAPTURED: ",".join(map(str, ends))}
        return {"stdout": self._write, "stderr": self._write, "pass_fds": ends, "env": env}

    def close(self) -> None:
        """Logs the last output of a dead process. One of its children may hold the pipes open for ever."""
        os.close(self._write)
        self._thread.join(LAST_SECONDS)
        for read, write in self._captured:
            os.close(write)
            self._log_rest(read)
            os.close(read)

    def _copy_to_log(self) -> None:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while piece := os.read(self._read, PIECE_BYTES):
            self._log.write("console", decode(piece))
        os.close(self._read)

    def _log_rest(self, read: int) -> None:
        os.set_blocking(read, False)
        pieces: list[bytes] = []
        try:
            while len(pieces) < MAX_REST_PIECES and (piece := os.read(read, PIECE_BYTES)):
                pieces.append(piece)
        except BlockingIOError:
            pass
        if pieces:
            self._log.write("console", b"".join(pieces).decode("utf-8", "replace"))
