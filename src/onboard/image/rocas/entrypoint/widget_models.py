"""The notebook's widgets as its process describes them: stored in the notebook and shown in the log."""

from __future__ import annotations

import base64
import html
import re
from typing import Any, Dict

from .kept_outputs import size_of

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
MAX_MODELS = 3000
MAX_MODEL_CHARACTERS = 1024 * 1024
MAX_KEPT_CHARACTERS = 2 * 1024 * 1024
# The number of widgets shown last whose new texts are logged.
MAX_SHOWN = 20
MAX_TEXT_CHARACTERS = 1000
MAX_DEPTH = 8
BAR_CHARACTERS = 10
REFERENCE = "IPY_MODEL_"
_TAG = re.compile(r"<[^>]*>")

State = Dict[str, Any]


class WidgetModels:
    """The state of each model by its id, without the least recently used."""

    def __init__(self) -> None:
        self._models: dict[str, State] = {}
        self._buffers: dict[str, dict[str, Any]] = {}
        self._shown: dict[str, str] = {}

    def take(self, message: dict[str, Any]) -> dict[str, str]:
        """Applies a message of the process. Returns the new texts of shown widgets, by their ids."""
        content = message["content"]
        model = content["comm_id"]
        if message["msg_type"] == "comm_close":
            self._forget(model)
            return {}
        state = content.get("data", {}).get("state")
        if not isinstance(state, dict):
            return {}
        self._change(model, state, message)
        return {root: text for root in list(self._shown) if (text := self._changed_text(root)) is not None}

    def set(self, model: str, name: str, value: Any) -> None:
        """Sets a state as a front end does: the outputs of a widget for output."""
        if model in self._models:
            self._models[model][name] = value

    def show(self, model: str) -> str:
        """Returns the text of a displayed widget; '' if no line could show it."""
        text = self._text(model)
        if text:
            self._shown.pop(model, None)
            self._shown[model] = text
            if len(self._shown) > MAX_SHOWN:
                del self._shown[next(iter(self._shown))]
        return text

    def as_metadata(self) -> dict[str, Any]:
        """Returns the metadata by which widgets are seen again. Small ones go first if not all fit."""
        kept: dict[str, Any] = {}
        left = MAX_KEPT_CHARACTERS
        for model, size in sorted(((model, self._size(model)) for model in self._models), key=lambda each: each[1]):
            left -= size
            if left < 0:
                break
            if "_model_name" in self._models[model]:
                kept[model] = self._described(model)
        return {STATE: {"state": kept, "version_major": 2, "version_minor": 0}} if kept else {}

    def _described(self, model: str) -> dict[str, Any]:
        state = self._models[model]
        about = {f"model_{name}": state.get(f"_model_{name}") for name in ("name", "module", "module_version")}
        buffers = list(self._buffers.get(model, {}).values())
        return {**about, "state": state, **({"buffers": buffers} if buffers else {})}

    def _change(self, model: str, state: State, message: dict[str, Any]) -> None:
        self._models[model] = {**self._models.pop(model, {}), **state}
        paths = message["content"]["data"].get("buffer_paths") or []
        for path, buffer in zip(paths, message.get("buffers") or []):
            entry = {"data": base64.b64encode(buffer).decode("ascii"), "encoding": "base64", "path": path}
            self._buffers.setdefault(model, {})[repr(path)] = entry
        if self._size(model) > MAX_MODEL_CHARACTERS:
            self._forget(model)
        while len(self._models) > MAX_MODELS:
            self._forget(next(iter(self._models)))

    def _forget(self, model: str) -> None:
        for known in (self._models, self._buffers, self._shown):
            known.pop(model, None)

    def _size(self, model: str) -> int:
        return size_of(self._models[model]) + size_of(self._buffers.get(model, {}))

    def _changed_text(self, root: str) -> str | None:
        text = self._text(root)
        if text == self._shown[root] or not text:
            return None
        self._shown[root] = text
        return text

    def _text(self, model: str, depth: int = 0) -> str:
        """Returns labels, texts and progress bars, with those in a box beside or below each other."""
        state = self._models.pop(model, None)
        if state is None:
            return ""
        self._models[model] = state  # it is in use
        name = str(state.get("_model_name"))
        children = state.get("children")
        if isinstance(children, list):
            inner = [] if depth >= MAX_DEPTH else [self._text(each, depth + 1) for each in _references(children)]
            return ("\n" if name == "VBoxModel" else " ").join(filter(None, inner))[:MAX_TEXT_CHARACTERS]
        described = [str(state.get("description") or ""), _value_of(name, state)]
        return " ".join(filter(None, described))[:MAX_TEXT_CHARACTERS] if described[1] else ""


def _references(children: list[Any]) -> list[str]:
    return [each.replace(REFERENCE, "", 1) for each in children if isinstance(each, str)][:MAX_SHOWN]


def _value_of(name: str, state: State) -> str:
    value = state.get("value")
    if name in ("HTMLModel", "HTMLMathModel", "LabelModel") and isinstance(value, str):
        return html.unescape(_TAG.sub("", value[:MAX_TEXT_CHARACTERS])).strip()
    if name in ("FloatProgressModel", "IntProgressModel"):
        return _bar(value, state.get("min", 0), state.get("max", 100))
    return ""


def _bar(value: Any, least: Any, most: Any) -> str:
    if not all(isinstance(each, (int, float)) for each in (value, least, most)) or not most > least:
        return ""
    done = round(BAR_CHARACTERS * min(max((value - least) / (most - least), 0), 1))
    return f"|{'█' * done}{' ' * (BAR_CHARACTERS - done)}|"
