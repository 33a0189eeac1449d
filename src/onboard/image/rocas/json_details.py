"""Converts the `details` of a version to JSON without loss."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import is_dataclass
from typing import Any

MAX_EXACT = 2**53 - 1
MAX_DEPTH = 64
MAX_NAME = 64
RESERVED = ("__proto__", "constructor", "prototype", "_bsontype")


class NotJson(Exception):
    """A value has no form in JSON; the message says where it is and what to write."""


def as_json(value: Any, path: str = "details", depth: int = 0) -> Any:
    """
    Returns the same in Python's own types. Numbers, texts and arrays of numpy and others count as Python's.
    Raises NotJson, with the place, for anything that JSON cannot express: nothing is changed in silence.
    """
    if depth > MAX_DEPTH:
        raise NotJson(f"{path} is nested too deep, or holds itself.")
    if value is None or isinstance(value, (bool, str)):
        return value if not isinstance(value, str) else _text(value, path)
    if isinstance(value, int):
        return _integer(int(value), path)
    if isinstance(value, float):
        return _float(float(value), path)
    if isinstance(value, dict):
        return _object(value, path, depth)
    if isinstance(value, (list, tuple)):
        return [as_json(each, f"{path}[{at}]", depth + 1) for at, each in enumerate(value)]
    plain = _as_python(value)
    if plain is None:
        raise NotJson(f"{path} is a {type(value).__name__}, which has no form in JSON: {_advice(value)}.")
    return as_json(plain, path, depth + 1)


def _object(value: dict[Any, Any], path: str, depth: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, each in value.items():
        name = _key(key, path)
        if name in result:
            raise NotJson(f"{path} has the name {name!r} twice, as a number and as a text: keep one of them.")
        result[name] = as_json(each, f"{path}.{name}", depth + 1)
    return result


def _as_python(value: Any) -> Any:
    """Converts an array or its number. None if that would lose something: of times, and of labels as of pandas."""
    if _is_time(value) or callable(getattr(value, "to_dict", None)):
        return None
    for method in ("tolist", "item"):
        if callable(getattr(value, method, None)):
            plain = getattr(value, method)()
            return None if type(plain) is type(value) else plain
    return None


def _is_time(value: Any) -> bool:
    """True for times of numpy: those of nanoseconds would become whole numbers."""
    return getattr(getattr(value, "dtype", None), "kind", None) in ("m", "M")


def _text(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotJson(f"{path} is a text with half of a character in it, which is no Unicode.") from None
    # The text itself: str() would give the name of an Enum's member.
    return str.__str__(value)


def _integer(value: int, path: str) -> int:
    if abs(value) > MAX_EXACT:
        raise NotJson(f"{path} is beyond 2**53, where JSON's readers round whole numbers: send it as text, str(...).")
    return value


def _float(value: float, path: str) -> float:
    if not math.isfinite(value):
        raise NotJson(f"{path} is {value}, which is no number in JSON: leave it out, send None, or send it as text.")
    return value


def _key(key: Any, path: str) -> str:
    if isinstance(key, str):
        return _name(_text(key, f"A name in {path}"), path)
    # Class labels, also of numpy, become texts, as JSON's names are.
    label = key if isinstance(key, int) else _as_python(key)
    if isinstance(label, int) and not isinstance(label, bool):
        return str(int(label))
    raise NotJson(f"{path} has a name of type {type(key).__name__}: names in JSON are texts, str(...).")


def _name(key: str, path: str) -> str:
    """Returns a name that Rocas stores. Some would be operators or reserved words to a store."""
    shown = repr(key[:100])
    if not 1 <= len(key) <= MAX_NAME:
        raise NotJson(f"{path} has the name {shown}: a name has 1 to {MAX_NAME} characters.")
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
    if _is_time(value):
        return "send text, str(...)"
    if callable(getattr(value, "__float__", None)) and callable(getattr(value, "item", None)):
        return "send float(...), or text, str(...)"
    if is_dataclass(value):
        return "send dataclasses.asdict(...)"
    if isinstance(value, (set, frozenset)):
        return "send sorted(...), a list"
    if isinstance(value, (bytes, bytearray)):
        return "send text, or publish it as a file"
    if callable(getattr(value, "to_dict", None)):
        return "send its .to_dict()"
    return "send text, str(...), or numbers, lists and dicts of them"
