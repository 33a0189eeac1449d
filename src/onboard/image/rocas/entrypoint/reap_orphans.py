"""Reaps processes whose parents ended: process 1 inherits them."""

from __future__ import annotations

import os
from pathlib import Path

_waited_for_elsewhere: set[int] = set()


def leave_to_its_owner(pid: int) -> None:
    """Excludes a child that other code here waits for."""
    _waited_for_elsewhere.add(pid)


def reap_orphans() -> None:
    """Reaps ended orphans, which count against the container's bound of processes."""
    if os.getpid() != 1:
        return
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, state, parent = _parsed(status.read_text(encoding="utf-8", errors="replace"))
            if state == "Z" and parent == 1 and pid not in _waited_for_elsewhere:
                os.waitpid(pid, os.WNOHANG)
        except (OSError, ValueError, IndexError):
            continue  # gone meanwhile


def _parsed(stat: str) -> tuple[int, str, int]:
    # A process may be called ") Z 1 (": the fields begin after the last bracket.
    pid = int(stat.split(" ", 1)[0])
    state, parent = stat.rsplit(")", 1)[1].split()[:2]
    return pid, state, int(parent)
