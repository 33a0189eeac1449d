"""The reason why an attempt failed, as its record shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .plain_text import shortened, shortened_bytes, plain

MAX_TRACEBACK_BYTES = 16 * 1024


@dataclass(frozen=True)
class Failure:
    name: str
    message: str
    # The cell's number as Jupyter shows it: In [3].
    cell: int | None = None
    traceback: str | None = None

    def as_json(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "name": shortened(plain(self.name), 256) or "Error",
            "message": shortened(plain(self.message), 4096),
        }
        if self.cell is not None:
            fields["cell"] = self.cell
        if self.traceback is not None:
            fields["traceback"] = shortened_bytes(plain(self.traceback), MAX_TRACEBACK_BYTES)
        return fields

    def __str__(self) -> str:
        fields = self.as_json()
        message = f": {fields['message']}" if fields["message"] else ""
        return f"{fields['name']}{message}" + ("" if self.cell is None else f" (cell {self.cell})")
