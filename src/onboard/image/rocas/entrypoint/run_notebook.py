"""Runs the notebook in a kernel of its own, cell after cell."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

from ..kernel.ended import ENDED
from .cause_of_death import cause_of_death
from .ending import Ending, Reason
from .failure import Failure
from .kernel_console import KernelConsole
from .kernel_python import KERNEL_NAME
from .limits import Limits
from .log import Log
from .notebook_format import HAS_JUPYTER, NotebookNode
from .pulse import Pulse
from .reap_orphans import leave_to_its_owner

if HAS_JUPYTER:
    from nbclient.exceptions import CellExecutionError

    from .notebook_client import LoggedNotebookClient
else:
    from .plain_client import PlainCellError as CellExecutionError  # type: ignore[assignment]
    from .plain_client import PlainNotebookClient

GRACE_SECONDS = 4.0
START_SECONDS = 120
SKIPPED = "skip-execution"


def run_notebook(notebook: NotebookNode, folder: Path, log: Log, pulse: Pulse, ending: Ending) -> Failure | None:
    """
    Executes in place and in the notebook's own folder. The notebook holds its cells' output even if one fails. Returns
    the failure.
    """
    return NotebookRun(notebook, folder, log, pulse, ending).run()


class NotebookRun:
    def __init__(self, notebook: NotebookNode, folder: Path, log: Log, pulse: Pulse, ending: Ending) -> None:
        self._log = log
        self._pulse = pulse
        self._ending = ending
        self._cells = [(i, cell) for i, cell in enumerate(notebook.cells) if _is_run(cell)]
        self._reply: dict[str, Any] = {}
        self._client = self._open_client(notebook, folder)
        self._process: Any = None
        self._number = 0
        self._limits = Limits()

    def _open_client(self, notebook: NotebookNode, folder: Path) -> Any:
        if not HAS_JUPYTER:
            return PlainNotebookClient(notebook, self._log, folder, self._executed)
        return LoggedNotebookClient(
            notebook,
            self._log,
            timeout=None,
            startup_timeout=START_SECONDS,
            kernel_name=KERNEL_NAME,  # whatever its author's kernel was called
            resources={"metadata": {"path": str(folder)}},
            on_cell_executed=self._executed,
        )

    def run(self) -> Failure | None:
        if not self._cells:
            self._log.say("The notebook has no code: there is nothing to run.")
            return None
        console = KernelConsole(self._log)
        try:
            return self._run(console)
        except RuntimeError as error:  # nbclient's DeadKernelError, or an error of a kernel dead at its start
            console.close()
            return None if self._ending.begun.is_set() else self._died(error)
        finally:
            self._client.settle()

    def _run(self, console: KernelConsole) -> Failure | None:
        over = threading.Event()
        try:
            with self._client.setup_kernel(**console.start_options()):
                self._process = _process(self._client)
                leave_to_its_owner(self._process.pid)
                self._ending.when_begun(lambda: _stop(self._process.pid, self._ending, over))
                return self._run_cells()
        finally:
            over.set()

    def _run_cells(self) -> Failure | None:
        for done, (index, cell) in enumerate(self._cells, start=1):
            if self._ending.begun.is_set():
                return None
            self._number = done
            self._reply = {}
            self._limits = Limits()
            try:
                self._client.execute_cell(cell, index)
            except CellExecutionError as error:
                if not self._ended():
                    return self._cell_failure(error)
            finally:
                self._log.end_line()
            if ended := self._ended():
                return self._end(int(ended["code"]), str(ended["text"]), done)
            self._pulse.progressed(done / len(self._cells), f"{done} of {len(self._cells)} cells executed")
        return None

    def _executed(self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
        self._reply = execute_reply["content"]
        # As Jupyter shows it: In [3].
        self._number = cell.execution_count or self._number

    def _ended(self) -> dict[str, Any] | None:
        return next((each for each in self._reply.get("payload") or [] if each.get("source") == ENDED), None)

    def _end(self, code: int, text: str, done: int) -> Failure | None:
        """Ends as papermill does: exit without a code, or 0, is success."""
        left = len(self._cells) - done
        if code == 0:
            after = f"; {_cells(left)} after it did not run" if left else ""
            self._log.say(f"The notebook ended itself in cell {self._number} with exit code 0{after}.")
            return None
        said = f"{text} (exit code {code})" if text else f"the notebook ended itself with exit code {code}"
        return Failure("SystemExit", said, self._number)

    def _cell_failure(self, error: CellExecutionError) -> Failure:
        traceback = "\n".join(self._reply.get("traceback") or []) or error.traceback
        return Failure(error.ename, f"{error.evalue}{self._limits.met()}", self._number, traceback)

    def _died(self, error: RuntimeError) -> Failure:
        if self._process is None:
            return Failure("KernelDied", f"The notebook's process did not start: {error}")
        return Failure("KernelDied", cause_of_death(self._process.poll(), self._limits.met()), self._number)


def _process(client: Any) -> Any:
    """Returns the kernel's process, which leads a session of its own."""
    provisioner: Any = client.km.provisioner if client.km else None
    return provisioner.process


def _is_run(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "code" and cell.source.strip() and SKIPPED not in cell.metadata.get("tags", []))


def _cells(count: int) -> str:
    return "the cell" if count == 1 else f"the {count} cells"


def _stop(kernel: int, ending: Ending, over: threading.Event) -> None:
    """Stops the kernel. A service drains at SIGTERM; an attempt that lost its grant must not act any longer."""
    if ending.reason is not Reason.NO_LONGER_GRANTED:
        _kill(kernel, signal.SIGTERM)
        if over.wait(GRACE_SECONDS):
            return
    _kill(kernel, signal.SIGKILL)


def _kill(kernel: int, number: signal.Signals) -> None:
    try:
        os.killpg(kernel, number)  # its session holds the processes that the notebook started
    except ProcessLookupError:
        pass
