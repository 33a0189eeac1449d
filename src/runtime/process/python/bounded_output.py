"""The end of a run's output, in two files of bounded size. Output that does not fit on the disk is lost."""

from __future__ import annotations

import errno
from pathlib import Path

# The operator learns of it elsewhere. A run that needs no room goes on.
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
MAX_BYTES = 1024 * 1024


class BoundedOutput:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._earlier = file.with_name(f"{file.name}.1")
        self._open = file.open("ab", buffering=0)
        self._size = self._open.tell()

    def write(self, content: bytes) -> None:
        try:
            self._write(content)
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise

    def _write(self, content: bytes) -> None:
        if self._size > MAX_BYTES:
            if self._file.exists():
                self._file.replace(self._earlier)
            fresh = self._file.open("ab", buffering=0)
            self._open.close()
            self._open = fresh
            self._size = 0
        self._open.write(content)
        self._size += len(content)

    def say(self, line: str) -> None:
        self.write(f"{line}\n".encode())
