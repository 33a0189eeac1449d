from __future__ import annotations

import contextlib
import io
import json
import unittest
from typing import Any

from rocas.entrypoint.log import CHUNK_BYTES, MAX_CONSOLE_BYTES, Log
from rocas.entrypoint.output_buffer import HEAD_BYTES, TAIL_BYTES
from listener import Listener, refusal


def taken(listener: Listener) -> dict[int, str]:
    return {chunk["seq"]: chunk["text"] for chunk in (json.loads(body) for _, _, body in listener.asked)}


class Shipping(unittest.TestCase):
    def setUp(self) -> None:
        self.console = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        redirected = contextlib.redirect_stdout(self.console)
        redirected.__enter__()
        self.addCleanup(redirected.__exit__, None, None, None)

    def test_cuts_a_long_line_between_characters(self) -> None:
        text = "ä€𝄞" * 40_000
        with Listener(lambda *_: (200, {})) as listener:
            log = Log(listener.api)
            log.write("stdout", text)
            log.start()
            log.close(10)
        chunks = taken(listener)
        self.assertEqual("".join(chunks[seq] for seq in sorted(chunks)), text)
        self.assertEqual(sorted(chunks), list(range(len(chunks))))
        self.assertTrue(all(len(chunk.encode()) <= CHUNK_BYTES for chunk in chunks.values()))

    def test_sends_a_chunk_again_until_it_is_taken(self) -> None:
        answers = iter([(503, {}), (200, {})])
        with Listener(lambda *_: next(answers)) as listener:
            log = Log(listener.api)
            log.write("stdout", "once")
            log.start()
            log.close(10)
        self.assertEqual([json.loads(body) for _, _, body in listener.asked], [{"seq": 0, "text": "once"}] * 2)

    def test_keeps_the_beginning_and_the_end_of_a_loud_notebook(self) -> None:
        with Listener(lambda *_: (200, {})) as listener:
            log = Log(listener.api)
            log.start()
            log.write("stdout", "the beginning\n" + "x" * (HEAD_BYTES - 14))
            log.write("stdout", ("y" * 99 + "\n") * 20_000 + "the end\n")
            log.end("Failed: no flowers")
            log.close(20)
        whole = "".join(text for _, text in sorted(taken(listener).items()))
        self.assertTrue(whole.startswith("the beginning\nxxx"))
        self.assertTrue(whole.endswith("y\nthe end\nFailed: no flowers\n"))
        self.assertRegex(whole, r"x\n\[[0-9,]+ bytes of output were left out here.\]\ny")
        self.assertLessEqual(len(whole), HEAD_BYTES + TAIL_BYTES + 200)

    def test_marks_its_last_words(self) -> None:
        with Listener(lambda *_: (200, {})) as listener:
            log = Log(listener.api)
            log.end("Failed.")
            log.start()
            log.close(10)
        self.assertEqual(json.loads(listener.asked[0][2]), {"seq": 0, "text": "Failed.\n", "last": True})

    def test_writes_a_bounded_part_to_the_console_and_its_own_words_always(self) -> None:
        with Listener(lambda *_: (200, {})) as listener:
            log = Log(listener.api)
            for _ in range(3):
                log.write("stdout", "x" * (MAX_CONSOLE_BYTES // 2))
            log.say("Failed.")
        console = self.console.buffer.getvalue()
        self.assertEqual(console.count(b"x"), MAX_CONSOLE_BYTES)
        self.assertTrue(console.endswith(b"in the log of Rocas only.]\nFailed.\n"))

    def test_ends_where_the_attempt_is_no_longer_granted(self) -> None:
        with Listener(lambda *_: (409, refusal("CONFLICT", "no"))) as listener:
            log = Log(listener.api)
            log.write("stdout", "a")
            log.start()
            log.close(10)
            log.write("stdout", "b")
        self.assertEqual(len(listener.asked), 1)

    def test_goes_on_after_a_chunk_that_is_refused(self) -> None:
        def answer(_: str, __: str, body: bytes) -> Any:
            return (400, refusal("BAD_USER_INPUT", "no")) if json.loads(body)["seq"] == 0 else (200, {})

        with Listener(answer) as listener:
            log = Log(listener.api)
            log.write("stdout", "x" * CHUNK_BYTES + "y")
            log.start()
            log.close(10)
        self.assertEqual(taken(listener)[1], "y")


