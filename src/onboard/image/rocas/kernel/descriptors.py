"""What libraries and programs write past Python, to the file descriptors 1 and 2."""

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
    Shows it among the cell's output. ipykernel has a reader of its own, which ends at the first character that comes in
    two pieces (a program that writes on waits for ever then), tells everything twice, and dies with what it has not read.
    """
    ends = [int(end) for end in os.environ.pop(CAPTURED, "").split(",") if end]
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        if len(ends) == 4 and getattr(stream, "_original_stdstream_copy", None) is not None:
            _end_reader_of(stream, number)
            _capture(number, stream, *ends[2 * number - 2 : 2 * number])


def _end_reader_of(stream: Any, number: int) -> None:
    stream._should_watch = False
    os.write(number, b"\0")  # it looks only after it has read something


def _capture(number: int, stream: Any, read: int, write: int) -> None:
    os.set_inheritable(read, False)
    os.dup2(write, number)
    os.close(write)
    threading.Thread(target=_pass_on, args=(read, stream), daemon=True).start()


def _pass_on(read: int, stream: Any) -> None:
    # A process that ends in compiled code lets no other thread run: what it wrote last stays in the pipe for the runner.
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    try:
        while select.select([read], [], []) and (piece := os.read(read, PIECE_BYTES)):
            stream.write(decode(piece))
    except ValueError:
        pass  # the stream is closed: the process ends, and the runner reads what is left
