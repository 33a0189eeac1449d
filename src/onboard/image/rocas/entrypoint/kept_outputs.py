"""The executed notebook is kept, and is bounded however much its cells write."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode

MAX_CELL_CHARACTERS = 1024 * 1024
MAX_NOTEBOOK_BYTES = 16 * 1024 * 1024
LEFT_OUT = "\n[Further output of this cell is in the log only.]\n"


class KeptOutputs:
    """How much of each cell's output the notebook holds."""

    def __init__(self) -> None:
        self._kept: dict[int, int] = {}

    def keep(self, cell_index: int, content: dict[str, Any]) -> bool:
        """Whether the output still fits; the one that no longer does is counted, so that none after it fits either."""
        self._kept[cell_index] = self._kept.get(cell_index, 0) + _size(content)
        return self._kept[cell_index] <= MAX_CELL_CHARACTERS

    def cleared(self, cell_index: int) -> None:
        self._kept.pop(cell_index, None)


def left_out() -> NotebookNode:
    return nbformat.v4.new_output("stream", name="stderr", text=LEFT_OUT)


def serialised(notebook: NotebookNode) -> bytes:
    """At most MAX_NOTEBOOK_BYTES: the outputs of the cells with the largest ones go first."""
    content = nbformat.writes(notebook).encode("utf-8", "replace")
    cells = sorted((c for c in notebook.cells if c.get("outputs")), key=lambda c: _size(c["outputs"]), reverse=True)
    for cell in cells:
        if len(content) <= MAX_NOTEBOOK_BYTES:
            break
        cell["outputs"] = [left_out()]
        content = nbformat.writes(notebook).encode("utf-8", "replace")
    return content


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_size(each) for each in value.values())
    if isinstance(value, (list, tuple)):
        return sum(_size(each) for each in value)
    return 8
