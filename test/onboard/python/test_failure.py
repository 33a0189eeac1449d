import json
import unittest

from rocas.entrypoint.failure import MAX_TRACEBACK_BYTES, Failure
from rocas.entrypoint.reap_orphans import _parsed


class Telling(unittest.TestCase):
    def test_is_bounded_and_plain(self) -> None:
        told = Failure("E" * 1000, "\x1b[31mred\x1b[0m\ud800", 2, "first\n" + "ä" * 100_000 + "\nlast").as_json()
        self.assertEqual((len(told["name"]), told["message"], told["cell"]), (256, "red?", 2))
        self.assertLessEqual(len(told["traceback"].encode()), MAX_TRACEBACK_BYTES)
        self.assertTrue(told["traceback"].startswith("first") and told["traceback"].endswith("last"))
        json.dumps(told).encode("utf-8")

    def test_of_an_error_without_words_names_it(self) -> None:
        self.assertEqual(str(Failure("AssertionError", "", 2)), "AssertionError (cell 2)")


class Orphans(unittest.TestCase):
    def test_are_told_from_what_a_process_calls_itself(self) -> None:
        self.assertEqual(_parsed("12 () Z 1 () S 7 12 12 0"), (12, "S", 7))
