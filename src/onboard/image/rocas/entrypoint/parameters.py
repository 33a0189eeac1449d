"""Puts parameters into a cell of the notebook, as papermill does."""

from __future__ import annotations

import keyword
import uuid
from typing import Any

from .notebook_format import NotebookNode, new_code_cell

PLACE = "parameters"
INJECTED = "injected-parameters"


class BadParameters(Exception):
    """A parameter that no Python variable can carry."""


def inject_parameters(notebook: NotebookNode, params: dict[str, Any]) -> None:
    """Adds the cell after the one tagged `parameters`, else first. It replaces a cell injected earlier."""
    if not params:
        return
    cell = new_code_cell(_assignments(params), tags=[INJECTED])
    if (notebook.get("nbformat", 4), notebook.get("nbformat_minor", 0)) >= (4, 5):
        cell["id"] = uuid.uuid4().hex[:8]  # cells have ids from 4.5 on
    cells = notebook.cells
    earlier = _index(cells, INJECTED)
    if earlier is not None:
        cells[earlier] = cell
        return
    place = _index(cells, PLACE)
    cells.insert(0 if place is None else place + 1, cell)


def _index(cells: list[NotebookNode], tag: str) -> int | None:
    return next((i for i, cell in enumerate(cells) if tag in cell.metadata.get("tags", [])), None)


def _assignments(params: dict[str, Any]) -> str:
    return "\n".join(["# Parameters", *(f"{_variable(name)} = {_literal(value)}" for name, value in params.items())])


def _variable(name: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise BadParameters(f"The parameter {name!r} is no name of a Python variable.")
    return name


def _literal(value: Any) -> str:
    """Returns `repr` of plain JSON values: it escapes whatever could end the literal."""
    if value is None or isinstance(value, (bool, int, str)):
        return repr(value)
    if isinstance(value, float):
        return f"float({str(value)!r})" if value != value or value in (float("inf"), float("-inf")) else repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(_literal(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(str(key))}: {_literal(each)}" for key, each in value.items()) + "}"
    raise BadParameters(f"A {type(value).__name__} cannot be a parameter.")
