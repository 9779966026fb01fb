"""Answers made once and sent often.

Serialising a dozen headers costs more than the rest of a 304. An `Answer` holds them as the bytes that go to the wire;
only the Date is put in when it is sent.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Self

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web_request import BaseRequest
from multidict import CIMultiDict

_JOINED_BYTES = 65_536
"""Up to this size copying a body behind its head costs less than a second system call."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, ready for any number of requests."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    """Empty, too, when each sending brings its own."""
    _head: bytes = field(repr=False)
    """Status line and headers but for the Date and the empty line."""
    subject: str = ""
    """What the access log says it was about; empty when the request knows."""

    @classmethod
    def make(
        cls,
        status: int,
        headers: tuple[tuple[str, str], ...],
        body: bytes = b"",
        *,
        length_bytes: int | None = None,
        subject: str = "",
    ) -> Self:
        """Serialise the headers. `length_bytes`: the length of a body that `to` will be given, as large ones are.

        Raises ValueError for a header that would break out of its line.
        """
        if status not in (204, 304):
            headers = (*headers, ("Content-Length", str(len(body) if length_bytes is None else length_bytes)))
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers)]
        if any(not line.isprintable() for line in lines):
            raise ValueError("a header holds a control character")
        return cls(status, headers, body, "\r\n".join(lines).encode() + b"\r\nDate: ", subject)

    def to(self, request: BaseRequest, body: bytes | None = None) -> web.StreamResponse:
        """The answer to this request; a HEAD is told the length of the body and not sent it."""
        sent = self.body if body is None else body
        if request.version == HttpVersion11 and request.keep_alive:
            return Ready(self.status, self._head, b"" if request.method == "HEAD" else sent, self.subject)
        # HTTP/1.0 and closing connections need headers of their own: aiohttp knows which.
        return web.Response(status=self.status, headers=CIMultiDict(self.headers), body=sent)


class Ready(web.StreamResponse):
    """Sends the head of an `Answer` on a connection that stays open, without touching a header again."""

    def __init__(self, status: int, head: bytes, body: bytes, subject: str) -> None:
        # Not the base's constructor: it costs as much as all of this, for headers, cookies and a reason never used.
        self._status = status
        self.subject = subject
        self._head = head
        self._sent_body = body
        self._writer: AbstractStreamWriter | None = None

    @property
    def keep_alive(self) -> bool:
        """Always: other connections are not answered this way."""
        return True

    @property
    def prepared(self) -> bool:
        """True once it is known where to write."""
        return self._writer is not None

    @property
    def body_length(self) -> int:
        """Bytes of the body as it is sent."""
        return len(self._sent_body)

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter:
        """Nothing to prepare: the head is ready."""
        self._writer = request.writer
        return self._writer

    async def write_eof(self, data: bytes = b"") -> None:  # noqa: ARG002 - aiohttp's signature
        """Write head and body at once."""
        writer = self._writer
        if writer is None:
            raise RuntimeError("write_eof() before prepare()")
        head, body = self._head + _date_now(), self._sent_body
        if len(body) <= _JOINED_BYTES:
            head, body = head + body, b""
        await writer.write(head)
        await writer.write_eof(body)


class _Date:
    """The Date header of this second, formatted once."""

    second = -1
    line = b""


def _date_now() -> bytes:
    second = int(time.time())
    if second != _Date.second:
        _Date.second = second
        _Date.line = formatdate(second, usegmt=True).encode() + b"\r\n\r\n"
    return _Date.line
