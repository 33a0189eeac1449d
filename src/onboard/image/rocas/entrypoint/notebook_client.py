"""The notebook runner: nbclient, with its outputs bounded and told to the log as they come."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode

from .kept_outputs import KeptOutputs, note
from .log import Log
from .plain_text import plain, shortened

MAX_TRACEBACK_LINE = 64 * 1024
MAX_TRACEBACK_LINES = 200


class LoggedNotebookClient(NotebookClient):
    def __init__(self, notebook: NotebookNode, log: Log, **options: Any) -> None:
        super().__init__(notebook, **options)
        self._rocas_log = log
        self._rocas_kept: defaultdict[int, KeptOutputs] = defaultdict(KeptOutputs)

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        if msg["msg_type"] == "update_display_data":
            self._update(msg["content"], cell_index)
        return super().process_message(msg, cell, cell_index)

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        content = msg["content"]
        self._tell(msg["msg_type"], content)
        if self.output_hook_stack[msg["parent_header"].get("msg_id")]:
            return super().output(outs, msg, display_id, cell_index)
        if self.clear_before_next_output:
            self._clear(outs, cell_index)
        if msg["msg_type"] == "stream":
            self._rocas_kept[cell_index].write(outs, content["name"], content["text"])
            return None
        if msg["msg_type"] == "error":
            content["traceback"] = _bounded(content.get("traceback") or [])
            content["evalue"] = shortened(content["evalue"], MAX_TRACEBACK_LINE)
        elif msg["msg_type"] in ("display_data", "execute_result"):
            content["data"], missing = self._rocas_kept[cell_index].fitting(content["data"], display_id)
            if missing:
                outs.append(note(missing))
            if not content["data"]:
                return None
        return super().output(outs, msg, display_id, cell_index)

    def clear_output(self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int) -> None:
        self._rocas_log.clear()
        super().clear_output(outs, msg, cell_index)
        if not outs:
            self._rocas_kept.pop(cell_index, None)

    def settle(self) -> None:
        """What was left out of the cells is said in them."""
        for kept in self._rocas_kept.values():
            kept.settle()

    def _clear(self, outs: list[NotebookNode], cell_index: int) -> None:
        outs.clear()
        self.clear_display_id_mapping(cell_index)
        self.clear_before_next_output = False
        self._rocas_kept.pop(cell_index, None)

    def _update(self, content: dict[str, Any], cell_index: int) -> None:
        display = content.get("transient", {}).get("display_id", "")
        self._rocas_log.update(display, _as_text(content))
        content["data"], missing = self._rocas_kept[cell_index].fitting(content["data"], display)
        if missing:
            content["data"].setdefault("text/plain", missing)

    def _tell(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "stream":
            self._rocas_log.write(str(content.get("name")), str(content.get("text", "")))
        elif kind == "error":
            self._rocas_log.show(plain("\n".join(content.get("traceback") or [])))
        elif text := _as_text(content):
            self._rocas_log.show(text)


def _as_text(content: dict[str, Any]) -> str:
    text = content.get("data", {}).get("text/plain")
    return "".join(text) if isinstance(text, (str, list)) else ""


def _bounded(traceback: list[str]) -> list[str]:
    """The beginning and the end: a recursion without end has thousands of lines between them."""
    half = MAX_TRACEBACK_LINES // 2
    some = traceback if len(traceback) <= MAX_TRACEBACK_LINES else [*traceback[:half], "[...]", *traceback[-half:]]
    return [shortened(line, MAX_TRACEBACK_LINE) for line in some]
