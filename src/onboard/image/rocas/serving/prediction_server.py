"""The HTTP service of a replica: /health and /predict."""

from __future__ import annotations

import io
import socket
import sys
import threading
import traceback
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable
from urllib.parse import parse_qs, urlsplit

from ..json_value import to_json
from .request_body import Refusal, decode_body, read_body
from .timed_socket import TimedReader

IDLE_SECONDS = 75.0
REQUEST_SECONDS = 60.0
REPLY_SECONDS = 60.0
MAX_CONNECTIONS = 128
# Rocas' own codes: a client of the router reads one list.
CODES = {404: "NOT_FOUND", 413: "LIMIT_EXCEEDED", 500: "INTERNAL", 503: "RUNTIME_UNAVAILABLE"}


@dataclass(frozen=True)
class Answer:
    value: Any
    version: str | None


# From the body and the wanted version (of ?model_version=) to the answer. May raise Refusal.
Predict = Callable[[Any, "str | None"], Answer]


class PredictionServer(ThreadingHTTPServer):
    """A thread a connection, no more than MAX_CONNECTIONS; `concurrency` predictions at a time."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], predict: Predict, concurrency: int) -> None:
        self.predict = predict
        self.turns = threading.BoundedSemaphore(concurrency)
        self.draining = False
        self._connections = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._busy = 0
        self._idle = threading.Condition()
        super().__init__(address, PredictionHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._connections.acquire(blocking=False):
            _turn_away(request)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread is left within the container's bound of processes
            self._connections.release()
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores a client that hangs up. Other errors are logged, and end their connection only."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()

    def entered(self) -> None:
        with self._idle:
            self._busy += 1

    def left(self) -> None:
        with self._idle:
            self._busy -= 1
            self._idle.notify_all()

    def drain(self, seconds: float) -> None:
        """Takes no more requests, and waits for those under way."""
        self.draining = True
        self.shutdown()
        with self._idle:
            self._idle.wait_for(lambda: self._busy == 0, seconds)


class PredictionHandler(BaseHTTPRequestHandler):
    server: PredictionServer
    rfile: io.BufferedReader
    server_version = "Rocas"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._timed = TimedReader(self.connection)
        self.rfile = io.BufferedReader(self._timed)

    def handle_one_request(self) -> None:
        self._timed.allow(IDLE_SECONDS)
        try:
            # The connection is idle until the request's first byte.
            if not self.rfile.peek(1):
                self.close_connection = True
                return
            self._timed.allow(REQUEST_SECONDS)
            super().handle_one_request()
        except (TimeoutError, ConnectionError):
            self.close_connection = True

    def do_GET(self) -> None:
        self._answered(self._health)

    def do_POST(self) -> None:
        self._answered(self._predict)

    def _answered(self, answer: Callable[[], None]) -> None:
        self.server.entered()
        try:
            answer()
        except Refusal as refused:
            # The rest of the body would be read as the next request.
            self.close_connection = True
            self._reply_error(refused.status, str(refused))
        finally:
            self.server.left()

    def _health(self) -> None:
        read_body(self.rfile, self.headers)
        if urlsplit(self.path).path != "/health":
            raise Refusal(404, "There is GET /health and POST /predict.")
        if self.server.draining:
            raise Refusal(503, "The replica is about to stop.")
        self._reply(200, b'{"status":"ready"}', "application/json")

    def _predict(self) -> None:
        body = read_body(self.rfile, self.headers)
        address = urlsplit(self.path)
        if address.path != "/predict":
            raise Refusal(404, "There is GET /health and POST /predict.")
        version = next(iter(parse_qs(address.query).get("model_version", [])), None)
        value = decode_body(body, self.headers.get("Content-Type"))
        try:
            with self.server.turns:
                answer = self.server.predict(value, version)
            content, content_type = _encoded(answer.value)
        except Refusal:
            raise
        except Exception as error:  # an error of the notebook's function concerns this request alone
            traceback.print_exc()
            self._reply_error(500, f"{type(error).__name__}: {error}"[:2000])
            return
        self._reply(200, content, content_type, answer.version)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answers refusals of http.server itself: broken request lines, endless headers, other methods."""
        self.close_connection = True
        self._reply_error(code, message or "The request cannot be read.")

    def _reply_error(self, status: int, message: str) -> None:
        headers = getattr(self, "headers", None)  # absent if they could not be read
        self._reply(status, error_body(status, message, headers and headers.get("X-Request-Id")), "application/json")

    def _reply(self, status: int, content: bytes, content_type: str, version: str | None = None) -> None:
        self.connection.settimeout(REPLY_SECONDS)
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        if version is not None:
            self.send_header("X-Rocas-Model-Version", version)
        if self.close_connection or self.server.draining:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing: the router counts requests, and a line for each would fill the log."""


def error_body(status: int, message: str, request_id: str | None = None) -> bytes:
    """Returns the body that every error of Rocas has, so that a client of the router needs to know one."""
    extensions = {"code": CODES.get(status, "BAD_USER_INPUT"), **({"id": request_id} if request_id else {})}
    return to_json({"errors": [{"message": message, "extensions": extensions}]}).encode()


def _encoded(value: Any) -> tuple[bytes, str]:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value), "application/octet-stream"
    return to_json(value).encode(), "application/json"


def _turn_away(connection: socket.socket) -> None:
    try:
        connection.settimeout(1)
        body = error_body(503, "The replica has too many connections.")
        connection.sendall(
            b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)
        )
    except OSError:
        pass
