"""
Supervises one run, and outlives the server that started it: `supervisor.py RUN VOLUMES FOLDER PROGRAM ARGUMENT...`
with the environment of the run. It starts the program only once, even if it is started again itself. It ends all of it at
SIGTERM, when the program ends, and when the run's folder goes. It keeps the exit in state.json.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import select
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bounded_output import DISK_FULL, BoundedOutput
from control_group import ControlGroup
from keeper import fork_under_keeper
from limits import OFTEN_SECONDS, Watch, adopt_orphans, bound_before_exec, kill, processors_for, signal_group
from processes import Process, can_list_children, descendants, processes_below, start_time

# The share of the time that checks may take.
MAX_TIME_SHARE = 1 / 20
STOP_SECONDS = 10.0
ROOM_SECONDS = 0.5
# Below the ports that systems give to connections by themselves.
PORTS = (20_000, 32_000)
CANNOT_RUN = 127
HANDLED_SIGNALS = {signal.SIGTERM}


def main(run: Path, volumes: Path, folder: str, program: list[str]) -> int:
    # An engine's containers outlive the terminal as well.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    lock = os.open(run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return 0  # another one runs it
    if (run / "state.json").exists():
        return 0
    keeper = fork_under_keeper()
    stay_open(run / "alive")
    Supervisor(run, volumes, folder, program).run(keeper)
    return 0


def stay_open(fifo: Path) -> None:
    """Lets the server, which reads the FIFO, notice the end of this process, however it comes."""
    if not fifo.exists():
        os.mkfifo(fifo, 0o600)
    # With the right to read, it opens without a reader. Programs that are started do not inherit it.
    os.open(fifo, os.O_RDWR)


class Supervisor:
    def __init__(self, run: Path, volumes: Path, folder: str, program: list[str]) -> None:
        self._run = run
        self._folder = folder
        self._program = program
        self._spec: dict[str, Any] = json.loads((run / "spec.json").read_text(encoding="utf-8"))
        self._output = BoundedOutput(run / "output.log")
        self._shown = volumes / "rocas/state"
        self._group = ControlGroup.locate(self._spec["id"])
        self._processors: list[int] | None = None
        self._child = 0
        self._status: int | None = None
        self._is_stopping = False
        self._state: dict[str, Any] = {}

    def run(self, keeper: int) -> None:
        wake, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._stop)
        adopt_orphans()
        other_states = other_runs(self._run)
        port = free_port({each.get("port") for each in other_states}) if self._spec["kind"] == "deploy" else None
        self._state = {
            "pid": os.getpid(),
            "start": start_time(os.getpid()),
            "keeper": {"pid": keeper, "start": start_time(keeper)},
            "startedAt": time.time(),
            "port": port,
        }
        # Before the program starts: after a crash here it counts as ended, and is never run twice.
        self._save_state(group=str(self._group.path) if self._group else None)
        self._set_limits(other_states)
        output = self._start(port)
        self._supervise(wake, output)
        self._end_all(output)
        out_of_memory = self._watch.ran_out_of_memory
        if self._group:
            self._group.remove()
        self._save_state_once_there_is_room(exit={"code": self._code(), "outOfMemory": out_of_memory})

    def _set_limits(self, other_states: list[dict[str, Any]]) -> None:
        resources = self._spec["resources"]
        if self._group and not self._group.make(resources):
            self._group = None
        if not self._group or "cpu" not in self._group.bounds:
            taken = [each["processors"] for each in other_states if each.get("processors") and "exit" not in each]
            self._processors = processors_for(resources["cpus"], taken)
        if self._processors:
            self._save_state(processors=self._processors)
        self._watch = Watch(resources, self._shown, self._group)

    def _stop(self, *_: Any) -> None:
        self._is_stopping = True

    def _start(self, port: int | None) -> int:
        output, written = os.pipe()
        supervisor = os.getpid()
        environment = {**os.environ, **({"ROCAS_SERVICE_PORT": str(port)} if port else {})}
        # A signal before the program can handle it waits until then.
        signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED_SIGNALS)
        self._child = os.fork()
        if self._child == 0:
            self._exec(written, supervisor, environment)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDLED_SIGNALS)
        os.close(written)
        os.set_blocking(output, False)
        return output

    def _exec(self, written: int, supervisor: int, environment: dict[str, str]) -> None:
        """Replaces the process; never returns."""
        try:
            os.setsid()
            # Python ignores some of them itself.
            for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDLED_SIGNALS)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(written, 1)
            os.dup2(written, 2)
            os.chdir(self._folder)
            bound_before_exec(self._spec["resources"], supervisor, self._group, self._processors)
            os.execve(self._program[0], self._program, environment)
        except BaseException as error:
            os.write(written, f"The program cannot be run: {error}\n".encode("utf-8", "replace"))
        finally:
            os._exit(CANNOT_RUN)

    def _supervise(self, wake: int, output: int) -> None:
        """Works until the program has ended, or has to."""
        sources = [wake, output]
        stop_by: float | None = None
        check_at = earliest = time.monotonic()
        while self._status is None:
            until = min(check_at, stop_by or check_at) - time.monotonic()
            most = OFTEN_SECONDS if self._watch.may_be_urgent else until
            ready, _, _ = select.select(sources, [], [], max(0.0, min(until, most)))
            if wake in ready:
                os.read(wake, 4096)
            if output in ready and not self._copy(output):
                sources.remove(output)
            self._reap()
            if self._is_stopping and stop_by is None:
                stop_by = time.monotonic() + STOP_SECONDS
                kill(self._child, signal.SIGTERM)
            began = time.monotonic()
            if stop_by is not None and began >= stop_by:
                self._end(f"it did not end within {STOP_SECONDS:g} seconds of SIGTERM")
                return
            is_urgent = began >= earliest and self._watch.is_urgent
            if began < check_at and not is_urgent:
                continue
            # A program that starts others without end would leave the supervisor no time to check.
            if is_urgent:
                signal_group(self._child, signal.SIGSTOP)
            if reason := self._reason_to_end():
                self._end(reason)
                return
            if is_urgent:
                signal_group(self._child, signal.SIGCONT)
            ended = time.monotonic()
            earliest = ended + (ended - began) / MAX_TIME_SHARE
            check_at = max(earliest, ended + self._watch.seconds)

    def _reason_to_end(self) -> str | None:
        if not (self._run / "spec.json").exists():
            return "its folder is gone"
        return self._watch.check(self._running)

    def _end(self, reason: str) -> None:
        self._output.say(f"[Rocas ends the run: {reason}.]")

    def _running(self) -> list[Process]:
        # The run's processes come to the supervisor if their parents end.
        return processes_below(os.getpid()) if can_list_children() else descendants(os.getpid(), self._child)

    def _copy(self, output: int) -> bool:
        """Copies output. True if more may come."""
        try:
            content = os.read(output, 65_536)
        except BlockingIOError:
            return True
        self._output.write(content)
        return bool(content)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._child:
                self._status = status

    def _end_all(self, output: int) -> None:
        """Ends all processes: as in a container, nothing outlives the first one."""
        if self._group:
            self._group.kill()
        # Before the search for processes, which takes long if there are many.
        signal_group(self._child, signal.SIGKILL)
        stopped: set[int] = set()
        while left := [each.pid for each in descendants(os.getpid(), self._child) if not each.is_zombie]:
            fresh = [pid for pid in left if pid not in stopped]
            # Stopped processes start no others, and keep their places among those that the user may have.
            for pid in fresh or left:
                kill(pid, signal.SIGSTOP if fresh else signal.SIGKILL)
            stopped.update(fresh)
            time.sleep(0.01)
            self._reap()
        while self._status is None:
            time.sleep(0.01)
            self._reap()
        for _ in range(64):  # the content of a pipe, and a little more
            if not self._copy(output):
                break

    def _code(self) -> int:
        assert self._status is not None
        return os.WEXITSTATUS(self._status) if os.WIFEXITED(self._status) else 128 + os.WTERMSIG(self._status)

    def _save_state_once_there_is_room(self, **more: Any) -> None:
        while True:
            try:
                return self._save_state(**more)
            except OSError as error:
                if error.errno not in DISK_FULL:
                    raise
                time.sleep(ROOM_SECONDS)

    def _save_state(self, **more: Any) -> None:
        """Replaces the synced state. Fails if the run's folder is gone."""
        self._state = {**self._state, **more}
        part = self._run / ".state.part"
        with part.open("w", encoding="utf-8") as content:
            json.dump(self._state, content)
            content.flush()
            os.fsync(content.fileno())
        part.replace(self._run / "state.json")


def other_runs(run: Path) -> list[dict[str, Any]]:
    """Returns the state.json of each run that was started."""
    found = []
    for file in run.parent.glob("*/state.json"):
        try:
            found.append(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            continue
    return found


def free_port(taken: set[int]) -> int:
    """Returns a free port of loopback that no other run has, which may not listen yet."""
    while True:
        port = random.randrange(*PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if port not in taken:
                return port


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:]))
