import unittest
from unittest import mock

from rocas import back_off
from rocas.back_off import persist
from rocas.run_api import ApiRefused, ApiUnavailable, RunApi
from listener import Listener, refusal


class Answers(unittest.TestCase):
    def test_no_is_an_answer_with_its_code_and_message(self) -> None:
        with Listener(lambda *_: (409, refusal("CONFLICT", "This attempt is not granted."))) as listener:
            with self.assertRaisesRegex(ApiRefused, "not granted") as caught:
                listener.api.post("/claim", {})
        self.assertEqual((caught.exception.code, caught.exception.says_stop), ("CONFLICT", True))

    def test_a_server_in_trouble_is_asked_again(self) -> None:
        answers = iter([(500, b"<html>"), (503, {}), (200, b"{"), (200, [1]), (200, {"job": "a"})])
        with Listener(lambda *_: next(answers)) as listener:
            self.assertEqual(persist(lambda: listener.api.post("/claim", {})), {"job": "a"})

    def test_a_fault_that_stays_is_an_answer(self) -> None:
        with mock.patch.object(back_off, "MAX_PAUSE_SECONDS", 0.01), mock.patch.object(back_off, "FIRST_SECONDS", 0.01):
            with Listener(lambda *_: (500, refusal("INTERNAL", "Something failed."))) as listener:
                with self.assertRaisesRegex(ApiRefused, "Something failed"):
                    persist(lambda: listener.api.post("/publish", {}))

    def test_nobody_there_ends_at_the_deadline(self) -> None:
        api = RunApi("http://127.0.0.1:9", "token")
        with self.assertRaises(ApiUnavailable):
            persist(lambda: api.post("/claim", {}), seconds=0.5)

    def test_only_a_plain_http_address_will_do(self) -> None:
        for hostile in ("https://x", "file:///etc/passwd", "x:80", ""):
            with self.assertRaises(ValueError):
                RunApi(hostile, "token")
