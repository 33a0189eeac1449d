from __future__ import annotations

import contextlib
import io
import json
import socket
import threading
import unittest
from collections.abc import Iterator
from typing import Any

from rocas.serving import prediction_server, timed_socket
from rocas.serving.prediction_server import Answer, PredictionServer
from rocas.serving.request_body import MAX_BODY_BYTES


def predict(body: Any, version: str | None) -> Answer:
    if body == "fail":
        raise RuntimeError("no luck")
    return Answer(repr(body) if isinstance(body, bytes) else body, version)


@contextlib.contextmanager
def serving() -> Iterator[PredictionServer]:
    server = PredictionServer(("127.0.0.1", 0), predict, 2)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def ask(server: PredictionServer, *pieces: bytes) -> list[tuple[int, Any]]:
    """What comes back on one connection until the server closes it."""
    with socket.create_connection(server.server_address[:2], timeout=10) as client:  # type: ignore[arg-type]
        with contextlib.suppress(OSError):  # a refusal may close the connection while we still send
            for piece in pieces:
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)
        answer = client.makefile("rb")
        answers = []
        while line := answer.readline():
            length = 0
            while (header := answer.readline().strip().lower()) not in (b"", b"\n"):
                if header.startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            content = answer.read(length)
            answers.append((int(line.split()[1]), json.loads(content) if content else None))
        return answers


def post(body: bytes, *headers: str, path: str = "/predict") -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


JSON = "Content-Type: application/json"


class Serving(unittest.TestCase):
    def setUp(self) -> None:
        quiet = contextlib.redirect_stderr(io.StringIO())
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)

    def test_answers_several_requests_of_one_connection(self) -> None:
        with serving() as server:
            asked = ask(server, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", post(b"[1]", JSON, "Content-Length: 3"))
        self.assertEqual(asked, [(200, {"status": "ready"}), (200, [1])])

    def test_reads_a_chunked_body(self) -> None:
        with serving() as server:
            asked = ask(server, post(b"2;x=y\r\n[1\r\n", JSON, "Transfer-Encoding: chunked"), b"2\r\n,2\r\n1\r\n]\r\n0\r\nT: x\r\n\r\n")
        self.assertEqual(asked, [(200, [1, 2])])

    def test_takes_text_bytes_and_what_curl_sends(self) -> None:
        with serving() as server:
            self.assertEqual(ask(server, post(b"[1]", "Content-Type: text/plain", "Content-Length: 3")), [(200, "[1]")])
            self.assertEqual(ask(server, post(b"[1]", "Content-Length: 3")), [(200, [1])])
            binary = "Content-Type: application/octet-stream"
            self.assertEqual(ask(server, post(b"[1]", binary, "Content-Length: 3")), [(200, "b'[1]'")])

    def test_answers_for_a_function_that_fails(self) -> None:
        with serving() as server:
            asked = ask(server, post(b'"fail"', JSON, "Content-Length: 6"), post(b"1", JSON, "Content-Length: 1"))
        self.assertEqual(asked[0], (500, {"errors": [{"message": "RuntimeError: no luck", "extensions": {"code": "INTERNAL"}}]}))
        self.assertEqual(asked[1], (200, 1))

    def test_names_the_request_in_its_errors(self) -> None:
        with serving() as server:
            asked = ask(server, post(b"{", JSON, "Content-Length: 1", "X-Request-Id: r-1"))
        [(status, body)] = asked
        self.assertEqual((status, body["errors"][0]["extensions"]), (400, {"code": "BAD_USER_INPUT", "id": "r-1"}))

    def test_refuses_bodies_whose_end_is_in_doubt_and_reads_on_no_more(self) -> None:
        smuggled = post(b"1", JSON, "Content-Length: 1")
        for headers in (
            ("Content-Length: 1", "Content-Length: 2"),
            ("Content-Length: 1", "Transfer-Encoding: chunked"),
            ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
            ("Transfer-Encoding: gzip, chunked",),
            ("Content-Length: -1",),
            ("Content-Length: 1_0",),
            ("Content-Length: 0x1",),
        ):
            with self.subTest(headers), serving() as server:
                self.assertEqual([status for status, _ in ask(server, post(b"", JSON, *headers), smuggled)], [400])

    def test_refuses_broken_chunks_and_json(self) -> None:
        for body in (b"x\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n", b"1\r\nab\r\n0\r\n\r\n", b"\r\n", b"1"):
            with self.subTest(body), serving() as server:
                self.assertEqual([s for s, _ in ask(server, post(body, JSON, "Transfer-Encoding: chunked"))], [400])
        deep = b"[" * 100_000
        for body in (b"{", b"\xff", deep, b""):
            with self.subTest(body[:10]), serving() as server:
                self.assertEqual([s for s, _ in ask(server, post(body, JSON, f"Content-Length: {len(body)}"))], [400])

    def test_refuses_what_is_too_long_before_reading_it(self) -> None:
        with serving() as server:
            self.assertEqual(ask(server, post(b"", JSON, f"Content-Length: {MAX_BODY_BYTES + 1}"))[0][0], 413)
            self.assertEqual(ask(server, post(b"", JSON, "Content-Length: " + "9" * 5000))[0][0], 400)
            self.assertEqual(ask(server, post(b"ffffffff\r\n", JSON, "Transfer-Encoding: chunked"))[0][0], 413)

    def test_survives_what_is_no_request(self) -> None:
        with serving() as server:
            for junk in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"POST /predict HTTP/9.9\r\n\r\n", b"A" * 70_000, b"\r\n\r\n"):
                with contextlib.suppress(OSError, IndexError, ValueError):
                    ask(server, junk)
            self.assertEqual(ask(server, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")[0][0], 200)
            self.assertEqual(ask(server, b"DELETE /predict HTTP/1.1\r\nHost: x\r\n\r\n")[0][0], 501)
            self.assertEqual(ask(server, b"GET /etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n")[0][0], 404)

    def test_gives_up_a_client_that_sends_too_slowly(self) -> None:
        before, prediction_server.REQUEST_SECONDS = prediction_server.REQUEST_SECONDS, 0.3
        try:
            with serving() as server, socket.create_connection(server.server_address[:2], timeout=10) as client:  # type: ignore[arg-type]
                client.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nX: ")
                with contextlib.suppress(OSError):
                    for _ in range(20):
                        client.sendall(b"y")
                        threading.Event().wait(0.05)
                with contextlib.suppress(ConnectionError):
                    self.assertEqual(client.recv(1), b"")
        finally:
            prediction_server.REQUEST_SECONDS = before

    def test_turns_connections_away_that_are_too_many(self) -> None:
        with serving() as server:
            held = [socket.create_connection(server.server_address[:2]) for _ in range(prediction_server.MAX_CONNECTIONS)]  # type: ignore[arg-type]
            try:
                with socket.create_connection(server.server_address[:2], timeout=5) as client:  # type: ignore[arg-type]
                    self.assertIn(b"503", client.recv(100))
            finally:
                for each in held:
                    each.close()

    def test_finishes_what_is_under_way_when_it_drains(self) -> None:
        entered, go_on = threading.Event(), threading.Event()

        def slow(body: Any, _: str | None) -> Answer:
            entered.set()
            go_on.wait(5)
            return Answer(body, None)

        with serving() as server:
            server.predict = slow
            answers: list[Any] = []
            asking = threading.Thread(target=lambda: answers.extend(ask(server, post(b"1", JSON, "Content-Length: 1"))))
            asking.start()
            entered.wait(5)
            draining = threading.Thread(target=server.drain, args=(5,))
            draining.start()
            go_on.set()
            draining.join(5)
            asking.join(5)
        self.assertEqual(answers, [(200, 1)])


class TimedReader(unittest.TestCase):
    def test_counts_the_whole_request_and_not_each_byte(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            reader = timed_socket.TimedReader(ours)
            reader.allow(0.2)
            theirs.sendall(b"a")
            self.assertEqual(reader.read(1), b"a")
            threading.Event().wait(0.25)
            theirs.sendall(b"b")
            with self.assertRaises(TimeoutError):
                reader.read(1)
