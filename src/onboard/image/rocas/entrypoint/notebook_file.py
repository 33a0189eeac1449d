"""The project's notebook that the attempt runs."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .notebook_format import NotebookNode, reads

# Python is `Python 3`, `python3` and `ipython`. The language `pyspark` is not, nor Python 2, where 3 / 2 is 1.
PYTHON = re.compile(r"i?python[\s-]*(3[0-9.]*)?", re.IGNORECASE)
# Metadata that other places store in their notebooks.
OWN_METADATA = ("kaggle", "application/vnd.databricks.v1+notebook")
SHOWN_FILES = 20
SHOWN_BEGINNING = 60


class BadNotebook(Exception):
    """The notebook is missing, broken, or not Python; the message says which."""


def find_notebook(work: Path, path: str) -> Path:
    """Returns the file, however its accents are encoded on disk. Raises BadNotebook."""
    parts = Path(path).parts
    found = None if Path(path).is_absolute() or ".." in parts else _entry(work, parts)
    if found is None or not found.is_file():
        raise BadNotebook(f"The project has no notebook {path!r}. It has: {_choices(work)}.")
    return found


def read_notebook(file: Path, path: str) -> NotebookNode:
    """Reads it in the current format, without the outputs of earlier runs. Raises BadNotebook."""
    content = _parsed(file, path)
    other = next((each for each in _languages(content) if not PYTHON.fullmatch(each.strip())), None)
    if other is not None:
        raise BadNotebook(
            f"{path} is a notebook of the language {other!r}, and Rocas runs notebooks of Python. "
            "Its metadata say so: kernelspec.language, language_info or what the place says that it comes from."
        )
    try:
        notebook = reads(_completed(content))
        return _checked(notebook)
    except Exception as error:  # nbformat raises errors of its parts: all mean the same here
        raise BadNotebook(f"{path} is no notebook: {error or type(error).__name__}") from error


def _entry(folder: Path, parts: tuple[str, ...]) -> Path | None:
    """Finds an entry by name. macOS archives write umlauts as two characters."""
    for part in parts:
        exact = folder / part
        alike = (each for each in _entries(folder) if _same(each.name, part))
        found = exact if exact.exists() else next(alike, None)
        if found is None:
            return None
        folder = found
    return folder


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _same(one: str, other: str) -> bool:
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


def _choices(work: Path) -> str:
    there = sorted(str(each.relative_to(work)) for each in work.rglob("*.ipynb") if ".ipynb_checkpoints" not in each.parts)
    more = f" and {len(there) - SHOWN_FILES} more" if len(there) > SHOWN_FILES else ""
    return (", ".join(there[:SHOWN_FILES]) or "none") + more


def _parsed(file: Path, path: str) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadNotebook(f"{path} is no notebook: it cannot be read as UTF-8 text ({error}).") from error
    if not text.strip():
        raise BadNotebook(f"{path} is no notebook: the file is empty.")
    try:
        # NaN is no JSON, though some write it: the executed notebook could not be read.
        content = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        beginning = text.strip()[:SHOWN_BEGINNING]
        raise BadNotebook(f"{path} is no notebook: it is no JSON ({error}), and begins with {beginning!r}.") from error
    if not isinstance(content, dict) or "nbformat" not in content:
        raise BadNotebook(f"{path} is no notebook: it is JSON, but has no field nbformat.")
    if "worksheets" not in content and not isinstance(content.get("cells"), list):
        raise BadNotebook(f"{path} is no notebook: it has no list of cells.")
    return content


def _languages(content: dict[str, Any]) -> Iterator[str]:
    """Returns the languages in the metadata. Kernel names are the author's, and say nothing."""
    metadata = _fields(content.get("metadata"))
    yield from _texts(_fields(metadata.get("kernelspec")).get("language"))
    info = _fields(metadata.get("language_info"))
    yield from _texts(info.get("name"))
    if str(info.get("version", "")).startswith("2.") and PYTHON.fullmatch(str(info.get("name"))):
        yield f"Python {info['version']}"
    for place in OWN_METADATA:
        yield from _texts(_fields(metadata.get(place)).get("language"))
    # Up to format 3, each cell names its language.
    for sheet in _list(content.get("worksheets")):
        for cell in _list(_fields(sheet).get("cells")):
            if _fields(cell).get("cell_type") == "code":
                yield from _texts(_fields(cell).get("language"))


def _fields(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) and value.strip() else []


def _completed(content: dict[str, Any]) -> dict[str, Any]:
    """Adds what tools other than Jupyter left out, and removes earlier outputs."""
    for cell in _list(content.get("cells")):
        if isinstance(cell, dict):
            cell.update(metadata=_fields(cell.get("metadata")), source=cell.get("source", ""))
            if cell.get("cell_type") == "code":
                cell.update(outputs=[], execution_count=None)
    return {"nbformat_minor": 0, **content, "metadata": _fields(content.get("metadata"))}


def _checked(notebook: NotebookNode) -> NotebookNode:
    for cell in notebook.cells:
        if not isinstance(cell.cell_type, str) or not isinstance(cell.source, str):
            raise ValueError("the type or the source of a cell is no text")
        if not isinstance(cell.metadata.get("tags", []), list):
            del cell.metadata["tags"]
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook
