"""Output of libraries and programs past Python, to the file descriptors 1 and 2."""

from __future__ import annotations

import codecs
import os
import select
import sys
import threading
from typing import Any

# Reading and writing ends of two pipes, of which the runner holds the reading ends too.
CAPTURED = "ROCAS_CAPTURED"
PIECE_BYTES = 64 * 1024


def capture_descriptors() -> None:
    """
    Shows it among the cell's output. ipykernel's own reader ends at the first character that comes in two pieces, so
    that the writer waits for ever. It also repeats everything, and loses what it has not read.
    """
    ends = [int(end) for end in os.environ.pop(CAPTURED, "").split(",") if end]
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        if len(ends) == 4 and getattr(stream, "_original_stdstream_copy", None) is not None:
            _end_reader_of(stream, number)
            read, write = ends[2 * number - 2 : 2 * number]
            os.dup2(write, number)
            os.close(write)
            Captured(read, stream).start()


def _end_reader_of(stream: Any, number: int) -> None:
    stream._should_watch = False
    os.write(number, b"\0")  # it checks only after it has read something


class Captured:
    """One descriptor. Its text joins that of the notebook's stream in the order of writing."""

    def __init__(self, read: int, stream: Any) -> None:
        os.set_inheritable(read, False)
        self._read = read
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._write = stream.write
        self._flush = stream.flush
        stream.write = self._write_after
        stream.flush = self._flush_after

    def start(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        # A process that ends in compiled code runs no other thread: its last output stays in the pipe for the runner.
        while select.select([self._read], [], []):
            try:
                self._pass_on()
            except ValueError:
                return  # the stream is closed: the process ends, and the runner reads the rest

    def _write_after(self, text: str) -> Any:
        self._pass_on()
        return self._write(text)

    def _flush_after(self) -> None:
        self._pass_on()
        self._flush()

    def _pass_on(self) -> None:
        if os.getpid() != self._process:
            return  # a fork, which must not take what is its parent's
        with self._lock:
            while select.select([self._read], [], [], 0)[0] and (piece := os.read(self._read, PIECE_BYTES)):
                self._write(self._decode(piece))
