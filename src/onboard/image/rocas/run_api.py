"""The client of Rocas' run listener, which answers the run token of one attempt of one container."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from .places import CONTAINER, Places

# Mounted records may include some of ten thousand long file names.
MAX_REPLY_BYTES = 128 * 1024 * 1024
TIMEOUT_SECONDS = 30.0
# Rocas packs, unpacks and syncs large files before it answers for them.
TRANSFER_SECONDS = 600.0
TUS = {"Tus-Resumable": "1.0.0"}


class ApiUnavailable(Exception):
    """No answer came, or it says that Rocas cannot do it at the moment. Asking again may help."""


class ApiFault(ApiUnavailable):
    """Rocas answered that it failed itself. Asking again may help, or fail in the same way."""


class ApiRefused(Exception):
    """The answer is no, and asking again gives the same."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    @property
    def says_stop(self) -> bool:
        """True if the attempt was cancelled, or a later one took over."""
        return self.status == 409


class RunApi:
    """One connection a request: they are few, and none is ever stale after an outage."""

    def __init__(self, base_url: str, token: str, timeout: float = TIMEOUT_SECONDS) -> None:
        address = urlsplit(base_url)
        if address.scheme != "http" or not address.hostname:
            raise ValueError(f"ROCAS_RUN_URL must be an http address, not {base_url!r}.")
        self._host = address.hostname
        self._port = address.port or 80
        self._prefix = address.path.rstrip("/")
        self._token = token
        self._timeout = timeout

    @property
    def address(self) -> str:
        return f"{self._host}:{self._port}"

    @classmethod
    def from_container(cls, places: Places = CONTAINER) -> RunApi:
        """Reads the token from its file: it is in no environment, and so in none that a notebook prints."""
        return cls(os.environ["ROCAS_RUN_URL"], places.token.read_text(encoding="ascii").strip())

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        content = json.dumps(body, allow_nan=False).encode()
        with self._exchange("POST", path, content, len(content), "application/json") as reply:
            return _json_object(reply)

    def put(self, path: str, content: bytes, content_type: str) -> dict[str, Any]:
        with self._exchange("PUT", path, content, len(content), content_type) as reply:
            return _json_object(reply)

    def put_file(self, path: str, file: Path, size: int) -> str:
        """Sends the whole file. Returns its version's state then."""
        with file.open("rb") as content:
            with self._exchange("PUT", path, content, size, "application/octet-stream", TRANSFER_SECONDS) as reply:
                return str(_json_object(reply)["state"])

    def patch_file(self, path: str, file: Path, offset: int, size: int) -> str:
        """Sends the file from the offset on, as tus 1.0 does. Returns its version's state then."""
        headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        with file.open("rb") as content:
            content.seek(offset)
            with self._exchange("PATCH", path, content, size - offset, None, TRANSFER_SECONDS, headers) as reply:
                return reply.headers.get("Rocas-State", "PENDING")

    def offset(self, path: str) -> int:
        """Returns the number of bytes of an upload that have arrived."""
        with self._exchange("HEAD", path, None, 0, None, headers=TUS) as reply:
            return _offset(reply)

    def get(self, path: str) -> dict[str, Any]:
        with self._exchange("GET", path, None, 0, None) as reply:
            return _json_object(reply)

    @contextmanager
    def open(self, path: str) -> Iterator[http.client.HTTPResponse]:
        with self._exchange("GET", path, None, 0, None, TRANSFER_SECONDS) as reply:
            yield reply

    @contextmanager
    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes | BinaryIO | None,
        size: int,
        content_type: str | None,
        timeout: float | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Iterator[http.client.HTTPResponse]:
        headers = {**headers, "Authorization": f"Bearer {self._token}", "Connection": "close"}
        if body is not None:
            headers["Content-Length"] = str(size)
        if content_type is not None:
            headers["Content-Type"] = content_type
        connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout or self._timeout)
        try:
            reply = _ask(connection, method, self._prefix + path, body, headers)
            _refuse_errors(reply)
            yield reply
        except (OSError, http.client.HTTPException) as error:
            raise ApiUnavailable(str(error) or type(error).__name__) from error
        finally:
            connection.close()


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | BinaryIO | None,
    headers: dict[str, str],
) -> http.client.HTTPResponse:
    try:
        connection.request(method, path, body, headers)
    except (BrokenPipeError, ConnectionResetError):
        # A listener that refuses a long body answers and hangs up while we send. Its answer says more than the reset.
        if connection.sock is None:
            raise
    return connection.getresponse()


def _refuse_errors(reply: http.client.HTTPResponse) -> None:
    if reply.status in (200, 201, 204):
        return
    code, message = "UNKNOWN", f"The run listener answered {reply.status}."
    try:
        error = json.loads(reply.read(MAX_REPLY_BYTES))["error"]
        code, message = str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        pass  # the answer has no reason for us: the status has to do
    if reply.status == 500:
        raise ApiFault(message)
    if reply.status > 500 or reply.status in (408, 425, 429):
        raise ApiUnavailable(message)
    raise ApiRefused(reply.status, code, message)


def _offset(reply: http.client.HTTPResponse) -> int:
    offset = reply.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdigit()):
        raise ApiUnavailable("The run listener did not say how much of the file is there.")
    return int(offset)


def _json_object(reply: http.client.HTTPResponse) -> dict[str, Any]:
    content = reply.read(MAX_REPLY_BYTES + 1)
    if len(content) > MAX_REPLY_BYTES:
        raise ApiUnavailable("The run listener's answer is too long.")
    try:
        value = json.loads(content or b"{}")
    except ValueError as error:
        raise ApiUnavailable("The run listener's answer is no JSON.") from error
    if not isinstance(value, dict):
        raise ApiUnavailable("The run listener's answer is no JSON object.")
    return value
