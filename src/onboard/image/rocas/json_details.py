"""The `details` of a version, as JSON that says the same."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

MOST_EXACT = 2**53 - 1
MOST_DEPTH = 64
MOST_NAME = 64
RESERVED = ("__proto__", "constructor", "prototype", "_bsontype")


class NotJson(Exception):
    """A value has no form in JSON; the message says where it is and what to write."""


def as_json(value: Any, path: str = "details", depth: int = 0) -> Any:
    """
    The same in Python's own types; numbers, texts and arrays of numpy and others count as Python's. Raises NotJson,
    naming the place, for anything that JSON has no form for: nothing is turned into something else in silence.
    """
    if depth > MOST_DEPTH:
        raise NotJson(f"{path} is nested too deep, or holds itself.")
    if value is None or isinstance(value, (bool, str)):
        return value if not isinstance(value, str) else _text(value, path)
    if isinstance(value, int):
        return _integer(int(value), path)
    if isinstance(value, float):
        return _float(float(value), path)
    if isinstance(value, dict):
        return {_key(key, path): as_json(each, f"{path}.{key}", depth + 1) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(each, f"{path}[{at}]", depth + 1) for at, each in enumerate(value)]
    for method in ("tolist", "item"):
        if callable(getattr(value, method, None)):
            return as_json(getattr(value, method)(), path, depth + 1)
    raise NotJson(f"{path} is a {type(value).__name__}, which has no form in JSON: {_advice(value)}.")


def _text(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotJson(f"{path} is a text with half of a character in it, which is no Unicode.") from None
    return str(value)


def _integer(value: int, path: str) -> int:
    if abs(value) > MOST_EXACT:
        raise NotJson(f"{path} is beyond 2**53, where JSON's readers round whole numbers: send it as text, str(...).")
    return value


def _float(value: float, path: str) -> float:
    if not math.isfinite(value):
        raise NotJson(f"{path} is {value}, which is no number in JSON: leave it out, send None, or send it as text.")
    return value


def _key(key: Any, path: str) -> str:
    if isinstance(key, str):
        return _name(_text(key, f"A name in {path}"), path)
    # Class labels: JSON's own names are texts.
    if isinstance(key, int) and not isinstance(key, bool):
        return str(int(key))
    raise NotJson(f"{path} has a name of type {type(key).__name__}: names in JSON are texts, str(...).")


def _name(key: str, path: str) -> str:
    """What Rocas keeps as a name: some would be operators or reserved words to a store."""
    shown = repr(key[:100])
    if not 1 <= len(key) <= MOST_NAME:
        raise NotJson(f"{path} has the name {shown}: a name has 1 to {MOST_NAME} characters.")
    if key.startswith("$") or key in RESERVED:
        raise NotJson(f"{path} has the name {shown}: names do not start with $ and are none of {', '.join(RESERVED)}.")
    if any(unicodedata.category(each) == "Cc" for each in key):
        raise NotJson(f"{path} has the name {shown}, with a control character in it: leave that out.")
    if not unicodedata.is_normalized("NFC", key):
        right = unicodedata.normalize("NFC", key)
        raise NotJson(f"{path} has the name {ascii(key[:100])}, which is not in NFC: write {ascii(right[:100])}.")
    return key


def _advice(value: Any) -> str:
    if callable(getattr(value, "isoformat", None)):
        return "send its .isoformat()"
    if isinstance(value, (set, frozenset)):
        return "send sorted(...), a list"
    if isinstance(value, (bytes, bytearray)):
        return "send text, or publish it as a file"
    if callable(getattr(value, "to_dict", None)):
        return "send its .to_dict()"
    return "send text, str(...), or numbers, lists and dicts of them"
