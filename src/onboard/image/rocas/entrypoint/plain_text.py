"""Text as a log can show it."""

from __future__ import annotations

import re

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def plain(text: str) -> str:
    """Without what steers a terminal, and without halves of characters, which no JSON can carry."""
    return _ANSI.sub("", text).encode("utf-8", "replace").decode()


def shortened(text: str, longest: int) -> str:
    """The beginning and the end: the cause is at one of them."""
    if len(text) <= longest:
        return text
    mark = "\n[...]\n"
    head = (longest - len(mark)) // 2
    return text[:head] + mark + text[len(text) - (longest - len(mark) - head) :]


def shortened_bytes(text: str, longest: int) -> str:
    """As `shortened`, counted in bytes of UTF-8."""
    short = shortened(text, longest)
    while len(short.encode("utf-8", "replace")) > longest:
        short = shortened(short, len(short) * 3 // 4)
    return short
