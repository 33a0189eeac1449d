"""What is known of a notebook's process that has ended by itself."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
FULL_BELOW_BYTES = 1024 * 1024
# Of the container itself, in version 2 and version 1 of control groups.
OOM_COUNTERS = (Path("/sys/fs/cgroup/memory.events"), Path("/sys/fs/cgroup/memory/memory.oom_control"))
MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def oom_kills() -> int | None:
    """How many processes of this container the kernel of the system has killed for want of memory; None where it does not say."""
    for counter in OOM_COUNTERS:
        for line in _lines(counter):
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return None


def out_of_memory() -> str:
    limit = next((int(line) for file in MEMORY_LIMITS for line in _lines(file) if line.strip().isdigit()), None)
    return "out of memory" + (f": the container may use {limit // (1024 * 1024)} MiB" if limit else "")


def how_it_died(status: int | None, killed_for_memory: bool | None) -> str:
    """In one sentence. `status` as subprocess has it: the exit code, or a signal's number below zero."""
    if status is None:
        return f"The notebook's process does not answer any more.{_shared_memory()}"
    if status >= 0:
        return f"The notebook's process ended with exit code {status}: os._exit in it, or in a library.{_shared_memory()}"
    name = _signal_name(-status)
    return f"The notebook's process was killed by signal {-status} ({name}){_cause(-status, killed_for_memory)}.{_shared_memory()}"


def _cause(number: int, killed_for_memory: bool | None) -> str:
    if number == signal.SIGKILL and killed_for_memory:
        return f", {out_of_memory()}"
    if number == signal.SIGKILL and killed_for_memory is None:
        return "; whether memory ran out is not known"
    if number == signal.SIGKILL:
        return "; memory had not run out"
    if number == signal.SIGBUS:
        return ", as when a mapped file shrinks, or the disk or /dev/shm that holds it is full"
    if number == signal.SIGSEGV:
        return ", a fault in compiled code"
    return ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"


def _shared_memory() -> str:
    try:
        usage = shutil.disk_usage(SHARED_MEMORY)
    except OSError:
        return ""
    if usage.free >= min(FULL_BELOW_BYTES, usage.total // 10):
        return ""
    return f" {SHARED_MEMORY} is full: it holds {usage.total // (1024 * 1024)} MiB."


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").splitlines() if os.access(file, os.R_OK) else []
    except (OSError, ValueError):
        return []
