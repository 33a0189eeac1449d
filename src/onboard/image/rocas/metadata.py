"""Metadata of the container's job: one JSON file a subject below /nha/meta."""

from __future__ import annotations

import json
import re
from typing import Any

from .places import CONTAINER, Places

MOUNTS = "mounts"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def write_metadata(meta: dict[str, Any], places: Places = CONTAINER) -> None:
    places.meta.mkdir(parents=True, exist_ok=True)
    for subject, value in meta.items():
        if not _PLAIN.fullmatch(subject):
            raise ValueError(f"{subject!r} cannot name a metadata file.")
        (places.meta / f"{subject}.json").write_text(json.dumps(value, indent=2), encoding="utf-8")


def load_metadata(subject: str, places: Places = CONTAINER) -> Any:
    """Returns /nha/meta/<subject>.json; None if the job has no such subject."""
    try:
        return json.loads((places.meta / f"{subject}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def load_params(places: Places = CONTAINER) -> dict[str, Any]:
    """Returns the training's parameters, which were injected into the notebook."""
    return load_metadata("params", places) or {}
