"""The container's limits that a cell has met, as the kernel of the system counts it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ..places import CONTAINER

SHARED_MEMORY = Path("/dev/shm")
# These folders lie in memory and count towards it. On the machine itself, others use them too.
IN_MEMORY = (SHARED_MEMORY, Path("/tmp")) if CONTAINER.is_whole else ()
MIB = 1024 * 1024


def _counters(*in_container: str) -> tuple[Path, ...]:
    """Returns the counter files: the container's (control groups 1 or 2), else those of the run's supervisor."""
    if CONTAINER.is_whole:
        return tuple(Path("/sys/fs/cgroup") / each for each in in_container)
    return (CONTAINER.state / in_container[0],)


OOM_COUNTERS = _counters("memory.events", "memory/memory.oom_control")
MEMORY_LIMITS = _counters("memory.max", "memory/memory.limit_in_bytes")
PIDS_COUNTERS = _counters("pids.events", "pids/pids.events")
PIDS_LIMITS = _counters("pids.max", "pids/pids.max")


@dataclass(frozen=True)
class LimitsMet:
    # None if the system does not say.
    killed_for_memory: bool | None
    # A sentence about a refused process or thread, or ''.
    refused: str

    def __str__(self) -> str:
        """Returns what to add to an error that these limits may cause."""
        killed = f"a process that the notebook started was killed, {out_of_memory()}" if self.killed_for_memory else ""
        return "".join(f"; {each}" for each in (killed, self.refused) if each)


class Limits:
    """Counts from the moment when it is made."""

    def __init__(self) -> None:
        self._kills = _count(OOM_COUNTERS, "oom_kill")
        self._refusals = _count(PIDS_COUNTERS, "max")

    def met(self) -> LimitsMet:
        killed = _has_grown(self._kills, _count(OOM_COUNTERS, "oom_kill"))
        refused = _has_grown(self._refusals, _count(PIDS_COUNTERS, "max"))
        most = _limit(PIDS_LIMITS)
        words = f"a process or thread was refused: the container may have {most}, and had them all"
        return LimitsMet(killed, words if refused and most is not None else "")


def out_of_memory() -> str:
    limit = _limit(MEMORY_LIMITS)
    if limit is None:
        return "out of memory"
    held = "".join(f", of which {size // MIB} MiB lie in {folder}" for folder, size in _in_memory() if size * 10 > limit)
    return f"out of memory: the container may use {limit // MIB} MiB{held}"


def _in_memory() -> list[tuple[Path, int]]:
    return [(folder, shutil.disk_usage(folder).used) for folder in IN_MEMORY if os.path.ismount(folder)]


def _has_grown(before: int | None, now: int | None) -> bool | None:
    return None if before is None or now is None else now > before


def _count(counters: tuple[Path, ...], name: str) -> int | None:
    for counter in counters:
        for line in _lines(counter):
            if line.startswith(f"{name} "):
                return int(line.split()[1])
    return None


def _limit(files: tuple[Path, ...]) -> int | None:
    return next((int(line) for file in files for line in _lines(file) if line.strip().isdigit()), None)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").splitlines() if os.access(file, os.R_OK) else []
    except (OSError, ValueError):
        return []
