"""Turns the notebook's output into lines of a log. An overwritten line is shown now and then, and in its last state."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

from .line_states import STEERING, LineState, visible

# A longer line goes out in pieces of this length.
MAX_LINE_CHARACTERS = 8 * 1024
MAX_HELD_CHARACTERS = 64 * 1024
MAX_DISPLAYS = 100
# The most lines that nested progress bars stand on.
MAX_ROWS = 20
_MOVES = re.compile(r"(\n|\x1b\[[0-9]{0,3}A)")
_UP = re.compile(r"\x1b\[([0-9]{0,3})A")


class _Line:
    """The unfinished line of one stream, and its part in the log."""

    def __init__(self) -> None:
        self.state = LineState()
        self.shown: str | None = None


class Screen:
    """Passes whole lines on at once. `tick`, called about once a second, shows the unfinished ones."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._lock = threading.RLock()
        self._lines: dict[str, _Line] = {}
        # The stream whose unfinished line the log ends with.
        self._open: _Line | None = None
        # Output since the last clearing, which may be cleared before it shows.
        self._held: list[tuple[str | None, str]] | None = None
        self._held_characters = 0
        self._displays: dict[str, str] = {}
        # The line of each stream that has moved up.
        self._rows: dict[str, int] = {}

    def write(self, stream: str, text: str) -> None:
        with self._lock:
            if not self._hold(stream, text):
                self._feed(stream, text)

    def clear(self) -> None:
        """Clears the output: the log keeps what was shown, and the rest makes room for what comes next."""
        with self._lock:
            self._held, self._held_characters = [], 0

    def show(self, text: str) -> None:
        """Shows lines of their own."""
        with self._lock:
            if not self._hold(None, text):
                self._show_displays()
                self._show_lines(text)

    def update(self, display: str, text: str) -> None:
        """Replaces the text of a display."""
        with self._lock:
            if len(self._displays) >= MAX_DISPLAYS and display not in self._displays:
                self._show_displays()
            self._displays[display] = text

    def tick(self) -> None:
        with self._lock:
            self._release()
            self._show_displays()
            for line in self._lines.values():
                self._advance(line)

    def finish(self) -> None:
        """Shows all that waits, and ends the line."""
        with self._lock:
            self.tick()
            self._lines.clear()
            self._rows.clear()
            self._end_open_line()

    def _hold(self, stream: str | None, text: str) -> bool:
        """Returns true if the text waits to be cleared or shown. `stream` is None for lines of their own."""
        if self._held is not None and self._held_characters + len(text) <= MAX_HELD_CHARACTERS:
            self._held.append((stream, text))
            self._held_characters += len(text)
            return True
        self._release()
        return False

    def _release(self) -> None:
        held, self._held = self._held or [], None
        for stream, text in held:
            if stream is None:
                self._show_lines(text)
            else:
                self._feed(stream, text)

    def _feed(self, stream: str, text: str) -> None:
        if stream in self._rows or _UP.search(text):
            self._feed_rows(stream, text)
            return
        if stream not in self._lines and not STEERING.search(text):
            whole_lines, end, text = text.rpartition("\n")
            if end:
                self._end_open_line()
                self._show(whole_lines + end)
        *whole, rest = text.split("\n")
        for each in whole:
            self._append(stream, each)
            self._end(stream)
        if rest:
            self._append(stream, rest)

    def _feed_rows(self, stream: str, text: str) -> None:
        """Feeds nested progress bars, which move between lines: each of theirs is one that is overwritten."""
        row = self._rows.get(stream, 0)
        for piece in filter(None, _MOVES.split(text)):
            up = _UP.fullmatch(piece)
            if piece == "\n":
                row += 1
                self._append(f"{stream} {row}", "\r")
                if f"{stream} {row - MAX_ROWS}" in self._lines:
                    self._end(f"{stream} {row - MAX_ROWS}")
            elif up:
                row -= int(up[1] or 1)
            else:
                self._append(f"{stream} {row}", piece)
        self._rows[stream] = row

    def _append(self, stream: str, text: str) -> None:
        line = self._lines.setdefault(stream, _Line())
        for start in range(0, len(text), MAX_LINE_CHARACTERS):
            line.state.write(text[start : start + MAX_LINE_CHARACTERS])
            if len(line.state.text) > MAX_LINE_CHARACTERS:
                self._advance(line)
                line.state, line.shown = LineState(), ""

    def _end(self, stream: str) -> None:
        line = self._lines.pop(stream)
        told_before = line.shown is not None and line is not self._open
        if told_before and line.shown == visible(line.state):
            return
        self._advance(line, empty_too=True)
        self._end_open_line()

    def _advance(self, line: _Line, empty_too: bool = False) -> None:
        """Shows the new part of the line, or all of it on a line of its own."""
        now = visible(line.state)
        if now == line.shown or (not now and not empty_too):
            return
        if line is self._open and line.shown is not None and now.startswith(line.shown):
            self._show(now[len(line.shown) :])
        else:
            self._end_open_line()
            self._show(now)
        line.shown, self._open = now, line

    def _show_displays(self) -> None:
        displays, self._displays = self._displays, {}
        for text in displays.values():
            self._show_lines(text)

    def _show_lines(self, text: str) -> None:
        self._end_open_line()
        self._show(text if text.endswith("\n") else f"{text}\n")

    def _end_open_line(self) -> None:
        if self._open is not None:
            self._show("\n")
        self._open = None

