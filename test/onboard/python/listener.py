"""A run listener for one test: answers what it is told to answer, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Tuple

from rocas.run_api import RunApi

Answer = Tuple[int, Any]


class Listener:
    def __init__(self, answer: Callable[[str, str, bytes], Answer]) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                outer.asked.append((self.command, self.path, body))
                status, value = answer(self.command, self.path, body)
                headers = value.pop("headers", {}) if isinstance(value, dict) else {}
                content = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                for name, each in headers.items():
                    self.send_header(name, each)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _serve

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.api = RunApi(f"http://127.0.0.1:{self._server.server_address[1]}", "token", timeout=5)

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def refusal(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}
