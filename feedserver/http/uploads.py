"""Uploads: forms that carry a file, streamed to the disk; memory does not grow with what is sent.

Threats I01, I02, I14, I15, L04, L12. The body is multipart/form-data (RFC 7578). Its fields stand before its file, so
that a form which must not be taken is refused before the file is.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from aiohttp import BodyPartReader, MultipartReader, StreamReader, web
from aiohttp.http_exceptions import BadHttpMessage

from feedserver.http.forms import Form
from feedserver.model.errors import FormUnreadable, StorageFull, TooLarge

MAX_PARTS = 50
MAX_FIELD_BYTES = 16 * 1024
STALL_S = 30.0
"""How long nothing may come before the upload is given up (threat L04)."""

_AROUND_BYTES = 64 * 1024
"""What a body may hold beside its file."""
_CHUNK_BYTES = 256 * 1024
_MIB = 1024 * 1024
_BROKEN = (ValueError, AssertionError, RuntimeError, BadHttpMessage, web.RequestPayloadError, ConnectionError)
"""What aiohttp's reader raises for a body that is no multipart form, or ends too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A form and the one file in it."""

    form: Form
    file: BinaryIO
    """At its beginning; it has no name on the disk and is gone when closed."""
    size_bytes: int
    name: str
    """What the sender calls the file, one printable line: to be shown, and never a path. Empty when none was chosen."""


@asynccontextmanager
async def receive_upload(
    request: web.Request, *, max_bytes: int, folder: Path, admit: Callable[[Form], None]
) -> AsyncIterator[Upload]:
    """The form in the body and its file, which is kept in `folder` for as long as this lasts.

    `admit` gets the fields that stand before the file, and may refuse the rest by raising. Raises FormUnreadable (no
    multipart form, too many parts, a second file), TooLarge, StorageFull.
    """
    _refuse_early(request, max_bytes)
    body = _Body(request.content, max_bytes + _AROUND_BYTES, max_bytes)
    with TemporaryFile(dir=folder) as file:
        try:
            upload = await _read(_reader(request, body), file, max_bytes, admit)
        except _BROKEN:
            raise FormUnreadable("This is not what our form sends.") from None
        except TimeoutError:
            raise FormUnreadable("The file stopped coming. Please send it again.") from None
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise StorageFull("The disk is full; nothing was imported.") from None
        yield upload


def _refuse_early(request: web.Request, max_bytes: int) -> None:
    """Before a byte of the body is read. A compressed one could not be bounded by its length (threat I15)."""
    if request.content_type != "multipart/form-data" or "Content-Encoding" in request.headers:
        raise FormUnreadable("This is not what our form sends.")
    if (request.content_length or 0) > max_bytes + _AROUND_BYTES:
        raise _too_large(max_bytes)


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        "The file is larger than {max} MiB, the most that can be imported (FEEDSERVER_MAX_IMPORT_MB).",
        max=max_bytes // _MIB,
    )


class _Body:
    """The body with a bound on all that is read of it and on each pause, whatever part of it is being read."""

    def __init__(self, content: StreamReader, max_bytes: int, max_file_bytes: int) -> None:
        self._content = content
        self._max_bytes = max_bytes
        self._max_file_bytes = max_file_bytes

    async def read(self, size: int) -> bytes:
        """As StreamReader does. Raises TooLarge, TimeoutError."""
        async with asyncio.timeout(STALL_S):
            return self._counted(await self._content.read(size))

    async def readline(self, *, max_line_length: int | None = None) -> bytes:
        """As StreamReader does. Raises TooLarge, TimeoutError."""
        async with asyncio.timeout(STALL_S):
            return self._counted(await self._content.readline(max_line_length=max_line_length))

    def _counted(self, data: bytes) -> bytes:
        if self._content.total_bytes > self._max_bytes + _CHUNK_BYTES:  # what is buffered was not read yet
            raise _too_large(self._max_file_bytes)
        return data

    def unread_data(self, data: bytes) -> None:
        """As StreamReader does."""
        self._content.unread_data(data)

    def at_eof(self) -> bool:
        """As StreamReader does."""
        return self._content.at_eof()


def _reader(request: web.Request, body: _Body) -> MultipartReader:
    return MultipartReader(request.headers, cast("StreamReader", body))


async def _read(reader: MultipartReader, file: BinaryIO, max_bytes: int, admit: Callable[[Form], None]) -> Upload:
    pairs: list[tuple[str, str]] = []
    for _ in range(MAX_PARTS):
        part = await reader.next()
        if part is None:
            admit(Form(pairs))
            return Upload(form=Form(pairs), file=file, size_bytes=0, name="")
        if not isinstance(part, BodyPartReader):
            break
        if part.filename is None:
            pairs.append((part.name or "", await _text(part)))
            continue
        form = Form(pairs)
        admit(form)
        size_bytes = await _spool(part, file, max_bytes)
        if await reader.next() is not None:
            break
        return Upload(form=form, file=file, size_bytes=size_bytes, name=_plain_name(part.filename))
    raise FormUnreadable("This is not what our form sends.")


async def _text(part: BodyPartReader) -> str:
    """A field's value, always UTF-8: our pages are, and no `_charset_` says otherwise. Raises ValueError."""
    data = bytearray()
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        data += chunk
        if len(data) > MAX_FIELD_BYTES:
            raise FormUnreadable("The form is too large.")
    text = data.decode()
    if "\0" in text:
        raise FormUnreadable("This is not what our form sends.")
    return text


async def _spool(part: BodyPartReader, file: BinaryIO, max_bytes: int) -> int:
    """Write the part to `file` and go back to its beginning; its size in bytes. Raises TooLarge, OSError."""
    size_bytes = 0
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        size_bytes += len(chunk)
        if size_bytes > max_bytes:
            raise _too_large(max_bytes)
        await asyncio.to_thread(file.write, chunk)
    file.seek(0)
    return size_bytes


def _plain_name(name: str) -> str:
    """Some browsers send a whole path. What cannot be printed or turns text around is left out (threats A11, I19)."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:200].strip()
