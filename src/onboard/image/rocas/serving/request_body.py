"""Reads a request's body, bounded in size and in time."""

from __future__ import annotations

import json
from email.message import Message
from io import BufferedIOBase
from typing import Any

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_LINE_BYTES = 1024
MAX_CHUNKS = 1_000_000


class Refusal(Exception):
    """The answer to a request that is not carried out."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class BadInput(Refusal):
    """Raised by a prediction function if its input is invalid. The answer is 400 and the message."""

    def __init__(self, message: str) -> None:
        super().__init__(400, message)


def read_body(stream: BufferedIOBase, headers: Message) -> bytes:
    """Reads the body. Raises Refusal if it is too long, or its end is ambiguous."""
    encodings = headers.get_all("Transfer-Encoding") or []
    lengths = headers.get_all("Content-Length") or []
    if encodings:
        if lengths or [each.strip().lower() for each in encodings] != ["chunked"]:
            raise Refusal(400, "A body comes with one Content-Length, or chunked.")
        return _read_chunks(stream)
    if not lengths:
        return b""
    length = lengths[0].strip()
    if len(lengths) > 1 or not (length.isascii() and length.isdigit()) or len(length) > 20:
        raise Refusal(400, "Content-Length is one whole number.")
    if int(length) > MAX_BODY_BYTES:
        raise Refusal(413, "The body is too long.")
    return _read_exactly(stream, int(length))


def decode_body(body: bytes, content_type: str | None) -> Any:
    """
    Returns JSON if the body says so, or if it says nothing and is JSON; text as str; all else as bytes.
    Raises Refusal for broken JSON or text.
    """
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return _json(body)
    if kind.startswith("text/"):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refusal(400, "The body is no UTF-8 text.") from error
    # curl's type of a body by default, and that of clients that name none.
    if kind in ("", "application/x-www-form-urlencoded"):
        try:
            return _json(body)
        except Refusal:
            return body
    return body


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"The body is no JSON: {error}") from error


def _read_chunks(stream: BufferedIOBase) -> bytes:
    body = bytearray()
    for _ in range(MAX_CHUNKS):
        size = _chunk_size(_read_line(stream))
        if size == 0:
            while _read_line(stream):  # trailers, which are not used
                pass
            return bytes(body)
        if len(body) + size > MAX_BODY_BYTES:
            raise Refusal(413, "The body is too long.")
        body += _read_exactly(stream, size)
        if _read_line(stream):
            raise Refusal(400, "A chunk is longer than it says.")
    raise Refusal(400, "The body has too many chunks.")


def _chunk_size(line: bytes) -> int:
    digits = line.split(b";", 1)[0].strip()
    if not digits or len(digits) > 16 or digits.strip(b"0123456789abcdefABCDEF"):
        raise Refusal(400, "A chunk's size is a hexadecimal number.")
    return int(digits, 16)


def _read_line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(MAX_LINE_BYTES)
    if not line.endswith(b"\r\n"):
        raise Refusal(400, "The body is not chunked as it says.")
    return line[:-2]


def _read_exactly(stream: BufferedIOBase, size: int) -> bytes:
    body = stream.read(size)
    if len(body) < size:
        raise Refusal(400, "The body ends before its length.")
    return body
