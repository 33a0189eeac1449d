"""What a run wrote: the end of it, in two files of bounded size."""

from __future__ import annotations

from pathlib import Path

MOST_BYTES = 1024 * 1024


class BoundedOutput:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._earlier = file.with_name(f"{file.name}.1")
        self._open = file.open("ab", buffering=0)
        self._size = self._open.tell()

    def write(self, content: bytes) -> None:
        if self._size > MOST_BYTES:
            self._open.close()
            self._file.replace(self._earlier)
            self._open = self._file.open("ab", buffering=0)
            self._size = 0
        self._open.write(content)
        self._size += len(content)

    def say(self, line: str) -> None:
        self.write(f"{line}\n".encode())
