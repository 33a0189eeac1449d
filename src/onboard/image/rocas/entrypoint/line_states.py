"""A terminal line that is overwritten, such as a progress bar."""

from __future__ import annotations

import re

# Text, moves back, erasures, and other control sequences, which a log does not show.
_PIECES = re.compile(
    r"(?P<text>[^\r\b\x1b]+)|(?P<start>\r+)|(?P<back>\x08+)|\x1b\[(?P<erase>[0-2]?)K"
    r"|\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])?"
)
STEERING = re.compile(r"[\r\b\x1b]")


class LineState:
    """One line, and the position of the next character."""

    def __init__(self) -> None:
        self.text = ""
        self.is_written_over = False
        self._at = 0

    def write(self, text: str) -> None:
        if self._at == len(self.text) and not STEERING.search(text):
            self.text += text
            self._at = len(self.text)
            return
        self.is_written_over = True
        for piece in _PIECES.finditer(text):
            self._apply(piece)

    def _apply(self, piece: re.Match[str]) -> None:
        if new := piece["text"]:
            self.text = self.text[: self._at] + new + self.text[self._at + len(new) :]
            self._at += len(new)
        elif piece["start"]:
            self._at = 0
        elif back := piece["back"]:
            self._at = max(0, self._at - len(back))
        elif piece["erase"] is not None:
            self._erase(piece["erase"])

    def _erase(self, what: str) -> None:
        if what == "1":
            self.text = " " * self._at + self.text[self._at :]
        elif what == "2":
            self.text = " " * self._at
        else:
            self.text = self.text[: self._at]


def last_states(text: str) -> str:
    """Returns the text with each line in its last state. Moves back at its end stay in it."""
    if not STEERING.search(text):
        return text
    lines = text.split("\n")
    return "\n".join([_last_state(line) for line in lines[:-1]] + [_last_state(lines[-1], open=True)])


def _last_state(line: str, open: bool = False) -> str:
    state = LineState()
    moves = re.search(r"[\r\b]+$", line) if open else None
    state.write(line[: moves.start()] if moves else line)
    return visible(state) + (moves[0] if moves else "")


def visible(state: LineState) -> str:
    """Strips blanks, which overwriting may leave at the end of a line."""
    return state.text.rstrip(" ") if state.is_written_over else state.text
