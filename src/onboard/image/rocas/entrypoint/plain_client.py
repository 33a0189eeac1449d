"""Runs cells in the plain kernel, where the image has no Jupyter. It has the methods of nbclient that a run calls."""

from __future__ import annotations

import codecs
import json
import os
import select
import subprocess
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Dict, Iterator

from ..kernel import __file__ as KERNEL
from .kernel_python import image_python
from .kept_outputs import KeptOutputs, note
from .line_states import last_states
from .log import Log
from .notebook_format import NotebookNode
from .plain_text import MAX_TRACEBACK_LINE, bounded, plain, shortened

PIECE_BYTES = 64 * 1024
LOOK_SECONDS = 0.5
ALLOWED_TO_FAIL = "raises-exception"


class PlainCellError(Exception):
    def __init__(self, ename: str, evalue: str, traceback: str) -> None:
        super().__init__(evalue)
        self.ename, self.evalue, self.traceback = ename, evalue, traceback


class PlainNotebookClient:
    def __init__(self, notebook: NotebookNode, log: Log, folder: Path, executed: Callable[..., None]) -> None:
        self._notebook = notebook
        self._log = log
        self._folder = folder
        self._executed = executed
        self._kept: Dict[int, KeptOutputs] = defaultdict(KeptOutputs)
        self._count = 0
        self._messages = b""
        self.km: Any = None

    @contextmanager
    def setup_kernel(self, **_: Any) -> Iterator[None]:
        asked, self._requests = os.pipe()
        self._answers, answered = os.pipe()
        launcher = str(Path(KERNEL).parent / "plain.py")
        process = subprocess.Popen(
            [image_python(), "-u", launcher, str(asked), str(answered)],
            cwd=self._folder, pass_fds=(asked, answered), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        os.close(asked)
        os.close(answered)
        assert process.stdout and process.stderr
        decoder = codecs.getincrementaldecoder("utf-8")
        self._streams = {
            process.stdout.fileno(): ("stdout", decoder("replace")),
            process.stderr.fileno(): ("stderr", decoder("replace")),
        }
        self.km = SimpleNamespace(provisioner=SimpleNamespace(process=process))
        try:
            yield
        finally:
            os.close(self._requests)
            try:
                process.wait(1)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(self._answers)
            process.stdout.close()
            process.stderr.close()

    def execute_cell(self, cell: NotebookNode, index: int) -> None:
        """Raises PlainCellError, or RuntimeError if the kernel is dead."""
        self._count += 1
        cell.execution_count = self._count
        request = json.dumps({"source": cell.source, "number": self._count}).encode() + b"\n"
        try:
            while request:
                request = request[os.write(self._requests, request) :]
        except BrokenPipeError:
            self._drain(cell, index)
            self._died()
        error = None
        while True:
            for message in self._next(cell, index):
                if message["kind"] == "done":
                    self._executed(cell=cell, cell_index=index, execute_reply={"content": message})
                    if error and ALLOWED_TO_FAIL not in cell.metadata.get("tags", []):
                        raise error
                    return
                error = self._take(message, cell, index) or error

    def settle(self) -> None:
        """Notes in the cells what was left out of them."""
        for kept in self._kept.values():
            kept.settle()
        self._notebook.metadata.pop("widgets", None)

    def _next(self, cell: NotebookNode, index: int) -> Iterator[Dict[str, Any]]:
        """Returns the kernel's next messages, after all that was written before them."""
        ready, _, _ = select.select([self._answers, *self._streams], [], [], LOOK_SECONDS)
        answer = os.read(self._answers, PIECE_BYTES) if self._answers in ready else None
        has_ended = answer == b"" or (not ready and self.km.provisioner.process.poll() is not None)
        self._drain(cell, index)
        if has_ended:
            self._died()
        *lines, self._messages = (self._messages + (answer or b"")).split(b"\n")
        return (json.loads(line) for line in lines)

    def _drain(self, cell: NotebookNode, index: int) -> None:
        while ready := select.select(list(self._streams), [], [], 0)[0]:
            for stream in ready:
                name, decode = self._streams[stream]
                piece = os.read(stream, PIECE_BYTES)
                if not piece:
                    del self._streams[stream]
                if text := decode.decode(piece):
                    self._log.write(name, text)
                    self._kept[index].write(cell.outputs, name, text)

    def _died(self) -> None:
        try:
            self.km.provisioner.process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        raise RuntimeError("the notebook's process has ended")

    def _take(self, message: Dict[str, Any], cell: NotebookNode, index: int) -> PlainCellError | None:
        if message["kind"] == "error":
            lines = bounded(message["traceback"])
            value = shortened(message["evalue"], MAX_TRACEBACK_LINE)
            self._log.show(plain("\n".join(lines)))
            cell.outputs.append(
                NotebookNode(output_type="error", ename=message["ename"], evalue=value, traceback=lines)
            )
            return PlainCellError(message["ename"], value, "\n".join(lines))
        if text := message["data"].get("text/plain"):
            self._log.show(plain(last_states(text)))
        data, missing = self._kept[index].fitting(message["data"])
        if missing:
            cell.outputs.append(note(missing))
        if data:
            output = NotebookNode(output_type=message["kind"], data=data, metadata=NotebookNode())
            if message["kind"] == "execute_result":
                output.execution_count = self._count
            cell.outputs.append(output)
        return None
