"""Bounds the outputs in the executed notebook, however much cells write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .line_states import last_states
from .notebook_format import NotebookNode, stream_output, writes

# The bound of what a cell shows beside its streams, and of each of its streams.
MAX_SHOWN_CHARACTERS = 1024 * 1024
MAX_STREAM_CHARACTERS = 512 * 1024
MAX_NOTEBOOK_BYTES = 16 * 1024 * 1024
# The size of an output without its content, and the number of notes about missing ones.
OUTPUT_CHARACTERS = 200
MAX_NOTES = 50


@dataclass
class _Stream:
    left: int = MAX_STREAM_CHARACTERS
    # The output that is full, the characters that it holds, and the number that came after.
    full: NotebookNode | None = None
    beginning: str = ""
    left_out: int = 0


class KeptOutputs:
    """The part of one cell's output that the notebook holds."""

    def __init__(self) -> None:
        self._shown_left = MAX_SHOWN_CHARACTERS
        self._displays: dict[str, int] = {}
        self._streams: dict[str, _Stream] = {}
        self._notes = 0

    def fitting(self, data: dict[str, Any], display: str | None = None) -> tuple[dict[str, Any], str]:
        """Returns the forms of an output that still fit, small ones first, and a note on the others."""
        room = self._shown_left + self._displays.get(display or "", 0)
        left = room - OUTPUT_CHARACTERS
        fitting = set()
        for form, content in sorted(data.items(), key=lambda each: size_of(each[1])):
            if size_of(content) <= left:
                fitting.add(form)
                left -= size_of(content)
        if fitting:
            self._shown_left = left
            if display:
                self._displays[display] = room - left
        missing = {form: content for form, content in data.items() if form not in fitting}
        return {form: content for form, content in data.items() if form in fitting}, self._note(missing)

    def write(self, outs: list[NotebookNode], name: str, text: str) -> None:
        """Adds to a stream: its beginning is kept, lines in their last state."""
        stream = self._streams.setdefault(name, _Stream())
        if stream.full is not None:
            stream.left_out += len(text)
            return
        last = outs[-1] if outs else None
        if last is None or last["output_type"] != "stream" or last["name"] != name:
            last = stream_output(name, "")
            outs.append(last)
            stream.left -= OUTPUT_CHARACTERS
        before, after = _joined(last["text"], text)
        grown = len(before) + len(after) - len(last["text"])
        if grown <= stream.left:
            last["text"] = before + after
        else:
            kept = after[: max(0, len(after) - (grown - stream.left))]
            stream.full, stream.beginning, stream.left_out = last, before + kept, len(after) - len(kept)
            self.settle()
        stream.left -= grown

    def settle(self) -> None:
        """Adds to each stream how much of it was left out."""
        for name, stream in self._streams.items():
            if stream.full is not None:
                ending = f"\n[Left out of this notebook: {stream.left_out:,} more characters of {name}.]\n"
                stream.full["text"] = stream.beginning + ending

    def _note(self, missing: dict[str, Any]) -> str:
        if not missing or self._notes >= MAX_NOTES:
            return ""
        self._notes += 1
        forms = " and ".join(f"{form} ({in_words(size_of(content))})" for form, content in missing.items())
        most = in_words(MAX_SHOWN_CHARACTERS)
        return f"[Left out of this notebook: an output of the type {forms}. What a cell shows is kept up to {most}.]\n"


def serialised(notebook: NotebookNode) -> bytes:
    """Serialises to at most MAX_NOTEBOOK_BYTES. The largest outputs go first."""
    content = writes(notebook).encode("utf-8", "replace")
    cells = sorted((c for c in notebook.cells if c.get("outputs")), key=lambda c: size_of(c["outputs"]), reverse=True)
    for cell in cells:
        if len(content) <= MAX_NOTEBOOK_BYTES:
            break
        size = in_words(size_of(cell["outputs"]))
        text = f"[Left out: the outputs of this cell, {size}. A notebook is kept up to {in_words(MAX_NOTEBOOK_BYTES)}.]\n"
        cell["outputs"] = [note(text)]
        content = writes(notebook).encode("utf-8", "replace")
    return content


def note(text: str) -> NotebookNode:
    return stream_output("stderr", text)


def size_of(value: Any) -> int:
    """Returns the approximate number of characters in JSON."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + size_of(each) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return sum(size_of(each) for each in value)
    return 8


def in_words(size: int) -> str:
    """Formats a size for people: 4.8 MB."""
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


def _joined(before: str, text: str) -> tuple[str, str]:
    """Joins texts; only the first one's last line can be overwritten."""
    start = before.rfind("\n") + 1
    return before[:start], last_states(before[start:] + text)
