"""What a run may use, as far as this system holds a user's own processes to it."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from processes import Seen, own_bytes, seen_processes

MIB = 1024 * 1024
# Processes and threads that the user may start beside the run meanwhile.
OTHERS = 4096
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """What leaves its group and its parent comes to this process, and is found below it. Linux alone has this."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def bound_before_exec(resources: dict[str, Any], supervisor: int) -> None:
    """In the child. Never on address space: CUDA reserves more of it than the machine has memory."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(128 + signal.SIGKILL)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, int(resources["scratchMb"]) * MIB)
    # The system counts all processes of the user, so that this only stops what grows faster than it is looked at.
    there_are = sum(each.threads for each in seen_processes())
    _bound(resource.RLIMIT_NPROC, there_are + int(resources["pids"]) + OTHERS)


class Watch:
    """Looks at what runs, and kills what takes more than was agreed."""

    def __init__(self, resources: dict[str, Any], state: Path) -> None:
        self._memory = int(resources["memoryMb"]) * MIB
        self._pids = int(resources["pids"])
        self._counter = state / "memory.events"
        self._kills = 0
        # As a container sees them of its control group.
        (state / "memory.max").write_text(f"{self._memory}\n", encoding="ascii")
        (state / "pids.max").write_text(f"{self._pids}\n", encoding="ascii")
        (state / "pids.events").write_text("max 0\n", encoding="ascii")
        self._count()

    @property
    def ran_out_of_memory(self) -> bool:
        return self._kills > 0

    def look(self, running: list[Seen]) -> str | None:
        """Kills the largest process if memory has run out, as the system's kernel would. Gives why all has to end."""
        alive = [each for each in running if not each.is_zombie]
        if sum(each.threads for each in alive) > self._pids:
            return f"more than {self._pids} processes and threads"
        # Shared pages count in each process that has them: only if that seems too much, they are told apart, which takes longer.
        if sum(each.resident for each in alive) > self._memory:
            self._kill_largest([(own_bytes(each), each.pid) for each in alive])
        return None

    def _kill_largest(self, sizes: list[tuple[int, int]]) -> None:
        if sum(size for size, _ in sizes) <= self._memory:
            return
        self._kills += 1
        # Before the kill: who finds the process dead looks here for the cause.
        self._count()
        kill(max(sizes)[1])

    def _count(self) -> None:
        part = self._counter.with_name(".memory.events")
        part.write_text(f"oom_kill {self._kills}\n", encoding="ascii")
        part.replace(self._counter)


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _bound(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (bound, bound))


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
