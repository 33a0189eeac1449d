"""`with widgets.Output():` catches a cell's output, within the bounds of a cell."""

from __future__ import annotations

from typing import Any

from nbclient.jsonutil import json_clean
from nbclient.output_widget import OutputWidget
from nbformat.v4 import output_from_msg

from .kept_outputs import KeptOutputs, note


class BoundedOutputWidget(OutputWidget):
    def __init__(self, comm_id: str, state: dict[str, Any], kernel_client: Any, executor: Any) -> None:
        super().__init__(comm_id, state, kernel_client, executor)
        self._kept = KeptOutputs()

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int) -> None:
        if self.clear_before_next_output:
            self.outputs, self._kept = [], KeptOutputs()
            self.clear_before_next_output = False
        self.parent_header = msg["parent_header"]
        self._add(msg["msg_type"], msg["content"], msg, display_id)
        self.sync_state()
        self.executor.widget_models.set(self.comm_id, "outputs", self.outputs)

    def clear_output(self, outs: list[Any], msg: dict[str, Any], cell_index: int) -> None:
        super().clear_output(outs, msg, cell_index)
        if not self.outputs:
            self._kept = KeptOutputs()
            self.executor.widget_models.set(self.comm_id, "outputs", [])

    def sync_state(self) -> None:
        """
        Sends the state that the process reads its widget from. nbclient sends it past the event loop, which may then
        miss an answer that came in the meantime.
        """
        session = self.kernel_client.session
        data = json_clean({"method": "update", "state": {"outputs": self.outputs}, "buffer_paths": []})
        content = {"data": data, "comm_id": self.comm_id}
        message = session.msg("comm_msg", content=content, parent=self.parent_header)
        self.kernel_client.shell_channel.socket.send_multipart(session.serialize(message))

    def _add(self, kind: str, content: dict[str, Any], msg: dict[str, Any], display_id: str | None) -> None:
        if kind == "stream":
            self._kept.write(self.outputs, content["name"], content["text"])
            self._kept.settle()
            return
        if kind in ("display_data", "execute_result"):
            content["data"], missing = self._kept.fitting(content["data"], display_id)
            if missing:
                self.outputs.append(note(missing))
            if not content["data"]:
                return
        self.outputs.append(output_from_msg(msg))
