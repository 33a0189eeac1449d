from __future__ import annotations

import unittest
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rocas.json_details import NotJson, as_json


class Scalar:
    """As numpy's numbers are: no number of Python's, but one inside."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def item(self) -> Any:
        return self.value


class LongDouble(Scalar):
    """numpy's, which has no number of Python's inside."""

    def item(self) -> Any:
        return self

    def __float__(self) -> float:
        return float(self.value)


class Nanoseconds(Scalar):
    """As numpy's times are: a whole number inside."""

    dtype = SimpleNamespace(kind="M")


class Labelled(Scalar):
    """As a column of pandas is, which has labels besides the numbers inside."""

    def to_dict(self) -> dict[str, Any]:
        return {"a": self.value}


class Colour(str, Enum):
    RED = "red"


class Details(unittest.TestCase):
    def test_are_kept_as_they_are(self) -> None:
        details = {"a": [1, 1.0, "x", None, True], "b": {"c": -(2**53 - 1), "ü": {}}}
        self.assertEqual(as_json(details), details)
        self.assertIsInstance(as_json({"a": 1.0})["a"], float)

    def test_hold_the_numbers_of_other_libraries_as_pythons(self) -> None:
        self.assertEqual(as_json({"loss": Scalar(0.5), "t": (1, Scalar(2))}), {"loss": 0.5, "t": [1, 2]})

    def test_take_class_labels_as_names(self) -> None:
        self.assertEqual(as_json({"recall": {0: 0.5, 1: 1.0}}), {"recall": {"0": 0.5, "1": 1.0}})
        self.assertEqual(as_json({"recall": {Scalar(0): 0.5}}), {"recall": {"0": 0.5}})
        with self.assertRaisesRegex(NotJson, "details.recall has the name '1' twice"):
            as_json({"recall": {1: 0.5, "1": 0.6}})

    def test_hold_the_text_of_an_enum(self) -> None:
        self.assertEqual(repr(as_json({"a": Colour.RED})), "{'a': 'red'}")

    def test_say_where_a_value_is_that_has_no_form_and_what_to_write(self) -> None:
        for value, told in (
            (float("nan"), "nan, which is no number in JSON"),
            (Scalar(float("inf")), "inf, which is no number in JSON"),
            (datetime(2026, 1, 1), "datetime, which has no form in JSON: send its .isoformat()"),
            (date(2026, 1, 1), "send its .isoformat()"),
            ({1, 2}, "set, which has no form in JSON: send sorted"),
            (Path("a"), "Path, which has no form in JSON: send text"),
            (b"a", "bytes"),
            (1j, "complex"),
            (LongDouble(0.1), "LongDouble, which has no form in JSON: send float"),
            (Nanoseconds(5), "Nanoseconds, which has no form in JSON: send text"),
            (Labelled([0.5]), "Labelled, which has no form in JSON: send its .to_dict()"),
            (object(), "object"),
            (2**53, "beyond 2\\*\\*53"),
            ("\ud800", "half of a character"),
            ({(1, 2): 3}, "has a name of type tuple"),
        ):
            with self.assertRaisesRegex(NotJson, rf"details\.folds\[1\]\.loss .*{told}"):
                as_json({"folds": [0, {"loss": value}]})

    def test_say_which_name_is_refused_and_where(self) -> None:
        for name, told in (
            ("$loss", "'\\$loss': names do not start with"),
            ("constructor", "'constructor'"),
            ("", "''"),
            ("x" * 65, "1 to 64 characters"),
            ("a\nb", "control character"),
            ("e\u0301", "write '.xe9'"),
        ):
            with self.assertRaisesRegex(NotJson, rf"details\.metrics has the name .*{told}"):
                as_json({"metrics": {name: 1}})

    def test_do_not_hold_themselves(self) -> None:
        details: dict[str, Any] = {}
        details["a"] = details
        with self.assertRaisesRegex(NotJson, "holds itself"):
            as_json(details)
