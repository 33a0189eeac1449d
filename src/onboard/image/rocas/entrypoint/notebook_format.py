"""Notebooks in memory and as files: Jupyter's nbformat if it is there, else the little of it that a run needs."""

from __future__ import annotations

import importlib.util
import json
from typing import Any, Dict

try:
    import nbformat
    from nbformat import NotebookNode
except ImportError:
    nbformat = None

    class NotebookNode(dict):  # type: ignore[no-redef,type-arg]
        """A JSON object whose fields are attributes too."""

        def __getattr__(self, name: str) -> Any:
            try:
                return self[name]
            except KeyError:
                raise AttributeError(name) from None

        def __setattr__(self, name: str, value: Any) -> None:
            self[name] = value


# Without all of them, cells run in the plain kernel.
HAS_JUPYTER = all(importlib.util.find_spec(name) for name in ("nbformat", "nbclient", "ipykernel"))


def reads(content: Dict[str, Any]) -> NotebookNode:
    """Returns the notebook in format 4. Raises ValueError."""
    text = json.dumps(content)
    if nbformat is not None:
        return nbformat.reads(text, as_version=4)
    if content.get("nbformat") != 4:
        raise ValueError(
            f"it has the format {content.get('nbformat')!r}, and without nbformat in the image only format 4 is read: "
            "save it with a current Jupyter, or let the Dockerfile install nbformat"
        )
    notebook = json.loads(text, object_hook=NotebookNode)
    for cell in notebook.cells:
        if not isinstance(cell, dict):
            raise ValueError("a cell is no object")
        if isinstance(cell.get("source"), list):
            cell.source = "".join(cell.source)
        cell.setdefault("cell_type", None)
    return notebook


def writes(notebook: NotebookNode) -> str:
    if nbformat is not None:
        return str(nbformat.writes(notebook))
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def new_code_cell(source: str, tags: list) -> NotebookNode:  # type: ignore[type-arg]
    """Returns a cell without an id, which only notebooks from 4.5 on have."""
    metadata = NotebookNode(tags=tags)
    return NotebookNode(cell_type="code", source=source, metadata=metadata, outputs=[], execution_count=None)


def stream_output(name: str, text: str) -> NotebookNode:
    return NotebookNode(output_type="stream", name=name, text=text)
