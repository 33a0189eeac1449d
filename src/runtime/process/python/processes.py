"""The processes on this machine that this user may see."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
HAS_PROC = (PROC / "self/stat").exists()
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    group: int
    is_zombie: bool
    threads: int
    # Bytes in memory, with those that it shares with others.
    resident: int


def running_processes() -> list[Process]:
    if not HAS_PROC:
        return _from_ps()
    return [process for entry in os.listdir(PROC) if entry.isdigit() and (process := _from_proc(entry))]


def descendants(root: int, group: int) -> list[Process]:
    """Returns processes below `root`, and those of the process group, whose parents may have ended."""
    running = running_processes()
    children: dict[int, list[Process]] = {}
    for each in running:
        children.setdefault(each.parent, []).append(each)
    found = {each.pid: each for each in running if each.group == group}
    ahead = [root, *found]
    while ahead:
        for child in children.get(ahead.pop(), []):
            if child.pid not in found:
                found[child.pid] = child
                ahead.append(child.pid)
    found.pop(root, None)
    return list(found.values())


def processes_below(root: int) -> list[Process]:
    """
    Returns processes below `root`, as `descendants`, but reads those alone. A new one may be missing. Orphans must come
    to `root`.
    """
    found: list[Process] = []
    ahead = [root]
    while ahead:
        pid = ahead.pop()
        for child in _children(pid):
            if process := _from_proc(child):
                found.append(process)
                ahead.append(process.pid)
    return found


def can_list_children() -> bool:
    pid = os.getpid()
    return (PROC / f"{pid}/task/{pid}/children").exists()


def threads_of_machine() -> int | None:
    """Returns the machine's number of threads; None if the system does not say at once."""
    try:
        return int((PROC / "loadavg").read_text(encoding="ascii").split()[3].split("/")[1])
    except (OSError, ValueError, IndexError):
        return None


def own_bytes(process: Process) -> int:
    """Returns the process's own bytes and its share of shared pages. Else its resident size."""
    try:
        for line in (PROC / str(process.pid) / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return process.resident


def start_time(pid: int) -> str:
    """Tells a process from a later one of the same number. Empty if there is no such process."""
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        return stat.rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return _ps("-o", "lstart=", "-p", str(pid))[1].strip() if not HAS_PROC else ""


def _children(pid: int) -> list[str]:
    """Returns the children of each of its threads."""
    found: list[str] = []
    try:
        threads = os.listdir(PROC / str(pid) / "task")
    except OSError:
        return found  # gone meanwhile
    for thread in threads:
        try:
            found += (PROC / str(pid) / "task" / thread / "children").read_text(encoding="ascii").split()
        except OSError:
            continue
    return found


def _from_proc(entry: str) -> Process | None:
    try:
        stat = (PROC / entry / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None  # gone meanwhile
    # A program may be called ") Z 1 (": the fields begin after the last bracket.
    fields = stat.rsplit(")", 1)[1].split()
    parent, group, threads, resident = (int(fields[at]) for at in (1, 2, 17, 21))
    return Process(int(entry), parent, group, fields[0] in "ZX", threads, resident * PAGE)


def _from_ps() -> list[Process]:
    found = []
    ps_pid, output = _ps("-axo", "pid=,ppid=,pgid=,rss=,state=")
    for line in output.splitlines():
        pid, parent, group, resident, state = line.split()[:5]
        # Without ps itself: a caller that waits until nothing runs would always find it.
        if int(pid) != ps_pid:
            found.append(Process(int(pid), int(parent), int(group), state.startswith("Z"), 1, int(resident) * 1024))
    return found


def _ps(*words: str) -> tuple[int, str]:
    """Runs ps. Returns its process number and its output."""
    # Times are written the same in any language and time zone.
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    with subprocess.Popen(["ps", *words], stdout=subprocess.PIPE, text=True, env=environment) as ps:
        return ps.pid, ps.communicate()[0]
