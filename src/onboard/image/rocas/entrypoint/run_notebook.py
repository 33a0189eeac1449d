"""The notebook runs in a kernel of its own, cell after cell."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from .ending import Ending, Reason
from .failure import Failure
from .log import Log
from .notebook_client import LoggedNotebookClient
from .pulse import Pulse
from .reap_orphans import leave_to_its_owner

GRACE_SECONDS = 4.0
START_SECONDS = 120


class BadNotebook(Exception):
    """There is no such notebook, or it is none; the message says so."""


def read_notebook(work: Path, path: str) -> NotebookNode:
    """Raises BadNotebook."""
    file = work / path
    if Path(path).is_absolute() or ".." in Path(path).parts or not file.is_file():
        there = sorted(str(each.relative_to(work)) for each in work.rglob("*.ipynb"))[:20]
        raise BadNotebook(f"The project has no notebook {path!r}. It has: {', '.join(there) or 'none'}.")
    try:
        return nbformat.read(file, as_version=4)
    except Exception as error:  # nbformat raises what its parts raise: all of it means the same here
        raise BadNotebook(f"{path} is no notebook: {error}") from error


def run_notebook(notebook: NotebookNode, work: Path, log: Log, pulse: Pulse, ending: Ending) -> Failure | None:
    """Executes in place, so that the notebook holds what its cells wrote even where one fails. Gives the failure."""
    replies: dict[int, dict[str, Any]] = {}
    client = LoggedNotebookClient(
        notebook,
        log,
        timeout=None,
        startup_timeout=START_SECONDS,
        kernel_name="python3",  # whatever its author's kernel was called
        resources={"metadata": {"path": str(work)}},
        on_cell_error=lambda cell, cell_index, execute_reply: replies.update({cell_index: execute_reply["content"]}),
    )
    over = threading.Event()
    index = None
    try:
        with client.setup_kernel():
            kernel = _pid(client)
            leave_to_its_owner(kernel)
            ending.when_begun(lambda: _stop(kernel, ending, over))
            code_cells = [i for i, cell in enumerate(notebook.cells) if _is_code(cell)]
            for done, index in enumerate(code_cells, start=1):
                if ending.begun.is_set():
                    return None
                client.execute_cell(notebook.cells[index], index)
                pulse.progressed(done / len(code_cells), f"{done} of {len(code_cells)} cells executed")
            return None
    except CellExecutionError as error:
        return _cell_failure(error, replies.get(index or 0, {}), index)
    except RuntimeError as error:  # nbclient's DeadKernelError, and what it raises of a kernel that died while it started
        if ending.begun.is_set():
            return None
        return Failure("KernelDied", f"The notebook's process ended ({error}): it may have run out of memory.", index)
    finally:
        over.set()


def _pid(client: LoggedNotebookClient) -> int:
    """Of the kernel, which leads a session of its own."""
    provisioner: Any = client.km.provisioner if client.km else None
    return int(provisioner.pid)


def _is_code(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def _cell_failure(error: CellExecutionError, reply: dict[str, Any], index: int | None) -> Failure:
    traceback = "\n".join(reply.get("traceback") or []) or error.traceback
    return Failure(error.ename, error.evalue, index, traceback)


def _stop(kernel: int, ending: Ending, over: threading.Event) -> None:
    """A service drains at SIGTERM. An attempt that is no longer granted must not act for a moment longer."""
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
