"""Bounds a run's resources, as far as this system can bound a user's own processes."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any, Callable

from control_group import ControlGroup
from processes import Process, descendants, own_bytes, running_processes, threads_of_machine

MIB = 1024 * 1024
# Allowance for other processes and threads that the user may start meanwhile.
OTHER_PROCESSES = 4096
OFTEN_SECONDS = 0.1
SELDOM_SECONDS = 1.0
# Bytes a second. A run that is further from its limit is checked later.
FASTEST_GROWTH = 2 * 1024**3
# Of 1000: the kernel's addition to a process's share of memory.
VICTIM_SCORE = 500
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Makes this process the parent of orphans below it, by which they are found. Only Linux has this."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def bound_before_exec(resources: dict[str, Any], supervisor: int, group: ControlGroup | None, processors: list[int] | None) -> None:
    """Sets limits in the child. Never on address space: CUDA reserves more of it than the machine has memory."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(128 + signal.SIGKILL)
    if group:
        group.enter()
    _set_limit(resource.RLIMIT_CORE, 0)
    _set_limit(resource.RLIMIT_FSIZE, int(resources["scratchMb"]) * MIB)
    if processors:
        os.sched_setaffinity(0, processors)
    bounds = group.bounds if group else frozenset()
    if "memory" not in bounds:
        _prefer_as_victim()
    if "pids" not in bounds:
        # The system counts all processes of the user. So this only stops growth that is faster than the checks.
        running_threads = sum(each.threads for each in running_processes())
        _set_limit(resource.RLIMIT_NPROC, running_threads + int(resources["pids"]) + OTHER_PROCESSES)


def processors_for(cpus: float, taken: list[list[int]]) -> list[int] | None:
    """Returns enough whole processors, those with the fewest other runs. None if the system cannot bind processes."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    allowed = os.sched_getaffinity(0)
    runs = {each: sum(each in run for run in taken) for each in allowed}
    return sorted(allowed, key=lambda each: (runs[each], each))[: math.ceil(cpus)] if cpus < len(allowed) else None


class Watch:
    """Checks the limits that the kernel does not enforce, and kills what exceeds them."""

    def __init__(self, resources: dict[str, Any], state: Path, group: ControlGroup | None) -> None:
        self._memory = int(resources["memoryMb"]) * MIB
        self._pids = int(resources["pids"])
        self._group = group
        self._bounds = group.bounds if group else frozenset()
        self._counter = state / "memory.events"
        self._kills = 0
        # The memory that was left at the last check, and the number of threads of the machine then.
        self._left = 0
        self._threads: int | None = None
        self._write_files(state)

    @property
    def ran_out_of_memory(self) -> bool:
        kills = self._group.memory_kills if self._group and not self._watches("memory") else self._kills
        return kills > 0

    @property
    def seconds(self) -> float:
        """Seconds until the next check: fewer, the less memory is left."""
        if self._watches("memory"):
            return min(SELDOM_SECONDS, max(OFTEN_SECONDS, self._left / FASTEST_GROWTH))
        return SELDOM_SECONDS

    @property
    def may_be_urgent(self) -> bool:
        return self._threads is not None and self._watches("pids")

    @property
    def is_urgent(self) -> bool:
        """True if the machine has so many new threads that the run may have too many. This check is nearly free."""
        if self._threads is None or not self._watches("pids"):
            return False
        threads = threads_of_machine()
        return threads is not None and threads - self._threads > self._pids / 2

    def check(self, running: Callable[[], list[Process]]) -> str | None:
        """Kills the largest process if memory has run out, as the system's kernel would. Returns why all has to end."""
        if not self._watches("memory") and not self._watches("pids"):
            return None
        self._threads = threads_of_machine()
        alive = [each for each in running() if not each.is_zombie]
        if self._watches("pids") and sum(each.threads for each in alive) > self._pids:
            return f"more than {self._pids} processes and threads"
        if self._watches("memory"):
            self._check_memory(alive)
        return None

    def _watches(self, what: str) -> bool:
        return what not in self._bounds

    def _check_memory(self, alive: list[Process]) -> None:
        taken = sum(each.resident for each in alive)
        # Shared pages count in each process. If the sum is too large, it is taken again without them, which takes
        # longer.
        if taken > self._memory:
            sizes = [(own_bytes(each), each.pid) for each in alive]
            taken = sum(size for size, _ in sizes)
            if taken > self._memory:
                self._kill(max(sizes)[1])
        self._left = self._memory - taken

    def _kill(self, pid: int) -> None:
        self._kills += 1
        # Written before the kill: the cause is read once it is dead.
        self._write_kills()
        kill(pid)

    def _write_files(self, state: Path) -> None:
        """Writes the files that a container sees of its control group."""
        texts = {
            "memory": {"memory.max": f"{self._memory}\n", "memory.events": "oom_kill 0\n"},
            "pids": {"pids.max": f"{self._pids}\n", "pids.events": "max 0\n"},
        }
        for what, files in texts.items():
            for name, text in files.items():
                (state / name).unlink(missing_ok=True)
                if self._group and not self._watches(what):
                    (state / name).symlink_to(self._group.path / name)
                else:
                    (state / name).write_text(text, encoding="ascii")

    def _write_kills(self) -> None:
        part = self._counter.with_name(".memory.events")
        part.write_text(f"oom_kill {self._kills}\n", encoding="ascii")
        part.replace(self._counter)


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def kill_below(root: int, group: int) -> None:
    """Kills all below `root`, and the process group, again and again until no new process appears."""
    while left := [each for each in descendants(root, group) if not each.is_zombie]:
        for each in left:
            kill(each.pid)
        time.sleep(0.01)


def signal_group(leader: int, number: int) -> None:
    """Signals the whole group at one moment."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        pass


def _prefer_as_victim() -> None:
    """Ends the run before the user's other programs if the machine has no memory left."""
    try:
        file = Path("/proc/self/oom_score_adj")
        file.write_text(str(max(int(file.read_text(encoding="ascii")), VICTIM_SCORE)), encoding="ascii")
    except (OSError, ValueError):
        pass


def _set_limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (bound, bound))


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
