"""Values of notebooks as JSON."""

from __future__ import annotations

import json
from typing import Any


def to_json(value: Any) -> str:
    """Returns strict JSON; numpy's numbers and arrays count as Python's. Raises TypeError or ValueError otherwise."""
    return json.dumps(value, allow_nan=False, default=_as_python)


def _as_python(value: Any) -> Any:
    for method in ("tolist", "item"):
        if callable(getattr(value, method, None)):
            return getattr(value, method)()
    raise TypeError(f"A {type(value).__name__} has no form in JSON.")
