from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rocas.run_api import ApiRefused
from rocas.upload import upload
from listener import Listener, refusal
from rooted import RootedTest

OUTAGE = (503, {})


def state(offset: int, state: str = "PENDING") -> tuple[int, Any]:
    return 200, {"headers": {"Upload-Offset": str(offset), "Rocas-State": state}}


class Uploading(RootedTest):
    def send(self, *answers: tuple[int, Any]) -> tuple[str, list[tuple[str, bytes]]]:
        file = self.places.root / "a.bin"
        file.write_bytes(b"0123456789")
        told: Iterator[tuple[int, Any]] = iter(answers)
        with Listener(lambda *_: next(told, (400, refusal("CONFLICT", "Asked too often.")))) as listener:
            how = upload(listener.api, "/uploads/v1/a.bin", file, 10)
        return how, [(method, body) for method, _, body in listener.asked]

    def test_sends_the_whole_at_once(self) -> None:
        self.assertEqual(self.send((200, {"state": "READY"})), ("READY", [("PUT", b"0123456789")]))

    def test_sends_the_rest_alone_after_an_outage(self) -> None:
        how, asked = self.send(OUTAGE, state(4), OUTAGE, state(7), state(10, "READY"))
        rests = [("PATCH", b"456789"), ("HEAD", b""), ("PATCH", b"789")]
        self.assertEqual((how, asked), ("READY", [("PUT", b"0123456789"), ("HEAD", b""), *rests]))

    def test_asks_for_the_state_where_only_the_answer_was_lost(self) -> None:
        how, asked = self.send(OUTAGE, state(10), state(10, "READY"))
        self.assertEqual((how, asked[1:]), ("READY", [("HEAD", b""), ("PATCH", b"")]))

    def test_begins_anew_where_nothing_is_there(self) -> None:
        _, asked = self.send(OUTAGE, state(0), (200, {"state": "READY"}))
        self.assertEqual([method for method, _ in asked], ["PUT", "HEAD", "PUT"])

    def test_gives_up_where_it_is_refused(self) -> None:
        with self.assertRaises(ApiRefused):
            self.send((400, refusal("BAD_USER_INPUT", "The content does not have the SHA-256 that was declared.")))
