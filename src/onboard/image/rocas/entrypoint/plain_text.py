"""Text that a log can show."""

from __future__ import annotations

import re

MAX_TRACEBACK_LINE = 64 * 1024
MAX_TRACEBACK_LINES = 200
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def plain(text: str) -> str:
    """Removes terminal control sequences and lone surrogates, which JSON cannot carry."""
    return _ANSI.sub("", text).encode("utf-8", "replace").decode()


def shortened(text: str, longest: int) -> str:
    """Keeps the beginning and the end: one of them has the cause."""
    if len(text) <= longest:
        return text
    mark = "\n[...]\n"
    head = (longest - len(mark)) // 2
    return text[:head] + mark + text[len(text) - (longest - len(mark) - head) :]


def shortened_bytes(text: str, longest: int) -> str:
    """Shortens as `shortened` does, counted in bytes of UTF-8."""
    short = shortened(text, longest)
    while len(short.encode("utf-8", "replace")) > longest:
        short = shortened(short, len(short) * 3 // 4)
    return short


def bounded(traceback: list[str]) -> list[str]:
    """Keeps the beginning and the end: an endless recursion has thousands of lines between them."""
    half = MAX_TRACEBACK_LINES // 2
    some = traceback if len(traceback) <= MAX_TRACEBACK_LINES else [*traceback[:half], "[...]", *traceback[-half:]]
    return [shortened(line, MAX_TRACEBACK_LINE) for line in some]
