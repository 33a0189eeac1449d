"""The notebook runner: nbclient, with its outputs bounded and told to the log as they come."""

from __future__ import annotations

from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode

from .kept_outputs import KeptOutputs, left_out
from .log import Log
from .plain_text import plain


class LoggedNotebookClient(NotebookClient):
    def __init__(self, notebook: NotebookNode, log: Log, **options: Any) -> None:
        super().__init__(notebook, **options)
        self._rocas_log = log
        self._rocas_kept = KeptOutputs()

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        self._rocas_log.write(_as_text(msg["msg_type"], msg["content"]))
        if msg["msg_type"] != "error" and not self._rocas_kept.keep(cell_index, msg["content"]):
            if not outs or outs[-1] != left_out():
                outs.append(left_out())
            return None
        out = super().output(outs, msg, display_id, cell_index)
        if out is not None and _continues(outs):
            outs[-2]["text"] += outs.pop()["text"]
            return outs[-1]
        return out

    def clear_output(self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int) -> None:
        self._rocas_kept.cleared(cell_index)
        super().clear_output(outs, msg, cell_index)


def _continues(outs: list[NotebookNode]) -> bool:
    """A service prints for months: what follows on the same stream is one output, as in Jupyter."""
    if len(outs) < 2 or outs[-1] == left_out():
        return False
    last, before = outs[-1], outs[-2]
    return bool(last["output_type"] == before["output_type"] == "stream" and last["name"] == before["name"])


def _as_text(kind: str, content: dict[str, Any]) -> str:
    if kind == "stream":
        return str(content.get("text", ""))
    if kind == "error":
        return plain("\n".join(content.get("traceback") or [])) + "\n"
    text = content.get("data", {}).get("text/plain")
    return f"{text}\n" if text else ""
