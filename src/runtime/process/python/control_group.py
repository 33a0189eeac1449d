"""
A run's own control group (version 2). The user must be allowed to make one: a systemd user, a delegated unit, or root.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from pathlib import Path
from typing import Any

MIB = 1024 * 1024
PERIOD = 100_000
# The group of all installations of this user. A run's group lies in it under the id of the run.
HOME = "rocas"
RUN = re.compile("[0-9a-f]{32}$")
SUPERVISORS = "supervisors"
# The group for a unit's or container's own processes: a group with processes bounds no group below it.
SERVER = "rocas-server"
# Another run's supervisor may remove shared groups at the same moment.
MAX_TRIES = 20
GONE_SECONDS = 5.0
ENTERED = 0


class ControlGroup:
    """A group whose path alone is known until `make` makes it."""

    def __init__(self, top: Path, own: Path, name: str) -> None:
        self._top = top
        self._own = own
        self.path = top / HOME / name
        # Locked for as long as the supervisor lives.
        self._held = -1
        # Those of memory, pids and cpu that the kernel enforces.
        self.bounds: frozenset[str] = frozenset()

    @classmethod
    def locate(cls, name: str) -> ControlGroup | None:
        """Returns the group; None if the system offers this user none."""
        try:
            mount, own = _locate_groups()
        except (OSError, ValueError, StopIteration):
            return None
        top = None
        for each in (own, *own.parents):
            if not _is_ours(each):
                break
            top = each
            if each == mount:
                break
        return cls(top, own, name) if top else None

    def make(self, resources: dict[str, Any]) -> bool:
        """
        Makes the group. True if it can be entered. The supervisor leaves the group of the process that started it,
        since that group may end with that process.
        """
        wanted = {
            "memory": [("memory.max", str(int(resources["memoryMb"]) * MIB)), ("memory.swap.max", "0")],
            "pids": [("pids.max", str(int(resources["pids"])))],
            "cpu": [("cpu.max", f"{round(float(resources['cpus']) * PERIOD)} {PERIOD}")],
        }
        try:
            self._make_folder(list(wanted))
            self.bounds = frozenset(name for name, bounds in wanted.items() if self._is_bound(bounds))
            if not self._can_be_entered():
                raise PermissionError(self.path)
            _write(self._sibling(SUPERVISORS) / "cgroup.procs", "0")
            self._remove_abandoned()
            return True
        except OSError:
            self.bounds = frozenset()
            self.remove()
            return False

    def enter(self) -> None:
        """Moves this process into the group, with all that it will start."""
        _write(self.path / "cgroup.procs", "0")

    @property
    def memory_kills(self) -> int:
        try:
            lines = (self.path / "memory.events").read_text(encoding="ascii").splitlines()
        except OSError:
            return 0
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)

    def kill(self) -> None:
        """Kills all in it; at one moment with kernel 5.14 or newer."""
        _try_write(self.path / "cgroup.kill", "1")

    def remove(self) -> None:
        """Removes the group, and the shared groups with the last one."""
        until = time.monotonic() + GONE_SECONDS
        while not _try_remove(self.path) and time.monotonic() < until:
            self.kill()
            time.sleep(0.01)
        # The folder may be gone. Then the server removes the rest.
        _try_write(self._own / "cgroup.procs", "0")
        for shared in (self.path.with_name(SUPERVISORS), self.path.parent):
            _try_remove(shared)

    def _make_folder(self, controllers: list[str]) -> None:
        for left in reversed(range(MAX_TRIES)):
            try:
                self.path.parent.mkdir(exist_ok=True)
                for group in (self._top, self.path.parent):
                    self._enable(group, controllers)
                self.path.mkdir(exist_ok=True)
                self._held = _locked(self.path, fcntl.LOCK_EX)
                self._sibling(SUPERVISORS)
                return
            except FileNotFoundError:
                if not left:
                    raise

    def _remove_abandoned(self) -> None:
        """
        Removes groups of runs whose supervisor was killed and whose folder went: no server looks after them. A group
        with processes stays.
        """
        for group in self.path.parent.iterdir():
            if group == self.path or not RUN.match(group.name):
                continue
            try:
                held = _locked(group, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            _try_remove(group)
            os.close(held)

    def _sibling(self, name: str) -> Path:
        path = self.path.with_name(name)
        path.mkdir(exist_ok=True)
        return path

    def _enable(self, group: Path, controllers: list[str]) -> None:
        """Offers the controllers to the groups below. The rest is bounded in other ways."""
        there = (group / "cgroup.controllers").read_text(encoding="ascii").split()
        offered = (group / "cgroup.subtree_control").read_text(encoding="ascii").split()
        for name in controllers:
            if name in there and name not in offered and not _try_enable(group, name) and group == self._own:
                self._move_down(group)
                _try_enable(group, name)

    def _move_down(self, group: Path) -> None:
        """Moves all processes of the group down. They belong to the unit or container of the server."""
        self._own = group / SERVER
        self._own.mkdir(exist_ok=True)
        for _ in range(MAX_TRIES):
            pids = (group / "cgroup.procs").read_text(encoding="ascii").split()
            if not pids:
                return
            for pid in pids:
                _try_write(self._own / "cgroup.procs", pid)

    def _is_bound(self, bounds: list[tuple[str, str]]) -> bool:
        # Without swap there is no file for it.
        there = [(self.path / file, bound) for file, bound in bounds if file != "memory.swap.max" or (self.path / file).exists()]
        return all(_try_write(file, bound) for file, bound in there)

    def _can_be_entered(self) -> bool:
        child = os.fork()
        if child == 0:
            try:
                self.enter()
                os._exit(ENTERED)
            finally:
                os._exit(1)
        return os.waitpid(child, 0)[1] == ENTERED


def _locate_groups() -> tuple[Path, Path]:
    """Returns the mount point of the groups, and the group of this process."""
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    mount = next(line.split() for line in mounts if line.split(" - ", 1)[1].startswith("cgroup2 "))
    root, point = (re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), each) for each in mount[3:5])
    groups = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    own = next(line[3:] for line in groups if line.startswith("0::"))
    below = Path(own).relative_to(root)
    if ".." in below.parts:
        raise ValueError("it is outside of what is mounted here")
    return Path(point), Path(point) / below


def _is_ours(group: Path) -> bool:
    files = (group, group / "cgroup.procs", group / "cgroup.subtree_control")
    return all(os.access(each, os.W_OK) for each in files)


def _try_enable(group: Path, controller: str) -> bool:
    return _try_write(group / "cgroup.subtree_control", f"+{controller}")


def _locked(group: Path, how: int) -> int:
    """Returns an open, locked file of the group. Raises FileNotFoundError if it was removed meanwhile."""
    held = os.open(group, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, how)
        group.stat()
        return held
    except OSError:
        os.close(held)
        raise


def _try_remove(group: Path) -> bool:
    try:
        group.rmdir()
    except FileNotFoundError:
        pass
    except OSError:
        return False
    return True


def _try_write(file: Path, text: str) -> bool:
    try:
        _write(file, text)
        return True
    except OSError:
        return False


def _write(file: Path, text: str) -> None:
    # Never creates the file: in an ordinary folder, opening would.
    written = os.open(file, os.O_WRONLY)
    try:
        os.write(written, text.encode("ascii"))
    finally:
        os.close(written)
