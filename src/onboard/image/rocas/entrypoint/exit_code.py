"""Keeps the exit code on disk, since an engine's `start` runs an exited container again."""

from __future__ import annotations

import os

from ..places import Places

SUCCEEDED = 0
FAILED = 1
# EX_TEMPFAIL: the attempt has no grant, and runs no user code.
NOT_GRANTED = 75
# The shells' code for a process that SIGTERM ended.
STOPPED = 143


def recall_exit_code(places: Places) -> int | None:
    """Returns the code of the container's earlier start; None at the first."""
    try:
        return int(places.exit_code.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except ValueError:
        return FAILED  # It ended, with an unknown code. To run again would be worse.


def keep_exit_code(code: int, places: Places) -> int:
    """Syncs the code before the end. The first one stays, and is returned."""
    kept = recall_exit_code(places)
    if kept is not None:
        return kept
    file = places.exit_code
    part = file.with_name(".exit.part")
    with part.open("w", encoding="ascii") as content:
        content.write(str(code))
        content.flush()
        os.fsync(content.fileno())
    part.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return code
