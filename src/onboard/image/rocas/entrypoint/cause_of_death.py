"""The known causes of the death of a notebook's process."""

from __future__ import annotations

import shutil
import signal

from .limits import SHARED_MEMORY, LimitsMet, out_of_memory

FULL_BELOW_BYTES = 1024 * 1024


def cause_of_death(status: int | None, limits: LimitsMet) -> str:
    """Describes the death. `status` is subprocess's: the exit code, or a signal's number below zero."""
    refused = f" {limits.refused[0].upper()}{limits.refused[1:]}." if limits.refused else ""
    return f"The notebook's process {_end(status, limits.killed_for_memory)}.{_shared_memory()}{refused}"


def _end(status: int | None, killed_for_memory: bool | None) -> str:
    if status is None:
        return "does not answer any more"
    if status >= 0:
        return f"ended with exit code {status}: os._exit in it, or in a library"
    return f"was killed by signal {-status} ({_signal_name(-status)}){_cause(-status, killed_for_memory)}"


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
