"""The notebook runner: nbclient, with bounded outputs that go to the log as they come."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbclient.util import ensure_async
from nbformat import NotebookNode

from .kept_outputs import KeptOutputs, note
from .line_states import last_states
from .log import Log
from .output_widget import BoundedOutputWidget
from .plain_text import MAX_TRACEBACK_LINE, bounded, plain, shortened
from .widget_models import VIEW, WidgetModels

class LoggedNotebookClient(NotebookClient):
    def __init__(self, notebook: NotebookNode, log: Log, **options: Any) -> None:
        super().__init__(notebook, **options)
        self._rocas_log = log
        self._rocas_kept: defaultdict[int, KeptOutputs] = defaultdict(KeptOutputs)
        # The cell of each request to the kernel: threads and processes go on after their cell.
        self._rocas_requests: dict[str, tuple[NotebookNode, int]] = {}
        self.widget_models = WidgetModels()
        self.store_widget_state = False
        # nbclient's own notes on widgets for output.
        self.widget_state = defaultdict(dict)
        self.widget_registry["@jupyter-widgets/output"]["OutputModel"] = BoundedOutputWidget

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: NotebookNode, cell_index: int) -> None:
        """Reads messages as nbclient, which drops output of earlier cells."""
        assert self.kc is not None
        self._rocas_requests[parent_msg_id] = (cell, cell_index)
        while True:
            msg = await ensure_async(self.kc.iopub_channel.get_msg(timeout=None))
            request = msg["parent_header"].get("msg_id")
            known = self._rocas_requests.get(request)
            if known is None and msg["msg_type"] != "stream":
                continue
            try:
                # Newer kernels send the output of a thread without a request.
                self.process_message(msg, *(known or (cell, cell_index)))
            except CellExecutionComplete:
                if request == parent_msg_id:
                    return

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        if msg["msg_type"] == "update_display_data":
            self._update(msg["content"], cell_index)
        return super().process_message(msg, cell, cell_index)

    def handle_comm_msg(self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int) -> None:
        for widget, text in self.widget_models.take(msg).items():
            self._rocas_log.update(widget, text)
        if msg["msg_type"] == "comm_close":
            self.comm_objects.pop(msg["content"]["comm_id"], None)
        elif msg["msg_type"] == "comm_msg" or _opens_widget(msg["content"]):
            super().handle_comm_msg(outs, msg, cell_index)

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        content = msg["content"]
        if msg["msg_type"] == "error":
            content["traceback"] = bounded(content.get("traceback") or [])
            content["evalue"] = shortened(content["evalue"], MAX_TRACEBACK_LINE)
        self._log_update(msg["msg_type"], content)
        if self.output_hook_stack[msg["parent_header"].get("msg_id")]:
            return super().output(outs, msg, display_id, cell_index)
        if self.clear_before_next_output:
            self._clear(outs, cell_index)
        if msg["msg_type"] == "stream":
            self._rocas_kept[cell_index].write(outs, content["name"], content["text"])
            return None
        if msg["msg_type"] in ("display_data", "execute_result"):
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
        """Notes in the cells what was left out of them, and stores the state of their widgets."""
        for kept in self._rocas_kept.values():
            kept.settle()
        self.nb.metadata.pop("widgets", None)
        if widgets := self.widget_models.as_metadata():
            self.nb.metadata["widgets"] = widgets

    def _clear(self, outs: list[NotebookNode], cell_index: int) -> None:
        outs.clear()
        self.clear_display_id_mapping(cell_index)
        self.clear_before_next_output = False
        self._rocas_kept.pop(cell_index, None)

    def _update(self, content: dict[str, Any], cell_index: int) -> None:
        display = content.get("transient", {}).get("display_id", "")
        self._rocas_log.update(display, self._as_text(content))
        content["data"], missing = self._rocas_kept[cell_index].fitting(content["data"], display)
        if missing:
            content["data"].setdefault("text/plain", missing)

    def _log_update(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "stream":
            self._rocas_log.write(str(content.get("name")), str(content.get("text", "")))
        elif kind == "error":
            self._rocas_log.show(plain("\n".join(content.get("traceback") or [])))
        elif text := self._as_text(content):
            self._rocas_log.show(text)

    def _as_text(self, content: dict[str, Any]) -> str:
        data = content.get("data", {})
        view, text = data.get(VIEW), data.get("text/plain")
        shown = self.widget_models.show(str(view.get("model_id"))) if isinstance(view, dict) else ""
        return shown or (plain(last_states("".join(text))) if isinstance(text, (str, list)) else "")


def _opens_widget(content: dict[str, Any]) -> bool:
    """True if the message has all that nbclient asks for. Old widgets and other packages say less."""
    state = content.get("data", {}).get("state")
    return isinstance(state, dict) and {"_model_module", "_model_name"} <= state.keys() and _is_whole(state)


def _is_whole(state: dict[str, Any]) -> bool:
    return state["_model_name"] != "OutputModel" or isinstance(state.get("outputs"), list)
