"""Answers that are made piece by piece: files, and pages that take a while, with how far they are."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import BinaryIO

from aiohttp import web

from admin.call import Call
from feedserver.http.access_log import request_id
from feedserver.http.headers import Headers
from feedserver.http.page_errors import status_of
from feedserver.model.errors import FeedserverError

NDJSON = "application/x-ndjson"
"""Lines of JSON: `{"done": 300, "known": 1200}` while it goes on, `{"page": "<!doctype html>..."}` at the end."""
BEAT_S = 0.3
_CHUNK_BYTES = 256 * 1024
_UNBUFFERED = (("X-Accel-Buffering", "no"),)
"""nginx passes each line on as it comes."""

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that is yet to be made."""

    template: str
    status: int = 200
    values: Mapping[str, object] = field(default_factory=dict)


class _Meter:
    def __init__(self) -> None:
        self.done = 0
        self.known = 0

    def note(self, done: int, known: int) -> None:
        self.done, self.known = done, known


async def show_when_done(call: Call, work: Callable[[Progress], Awaitable[Page]]) -> web.StreamResponse:
    """The page that `work` comes to; a script that asks for NDJSON is told on the way how far it is."""
    meter = _Meter()
    if NDJSON not in call.request.headers.get("Accept", ""):
        return await send_page(call, await work(meter.note))
    request_id()  # given here, so that the task and the access log know the same
    task = asyncio.ensure_future(_page_of(call, work, meter))
    try:
        return await _tell(call, task, meter)
    finally:
        await _end(task)


async def send_page(call: Call, page: Page) -> web.StreamResponse:
    """The page, made."""
    return await call.page(page.template, status=page.status, **page.values)


async def _page_of(call: Call, work: Callable[[Progress], Awaitable[Page]], meter: _Meter) -> Page:
    """An error's page, too: the head of the answer is sent, and it says 200."""
    try:
        return await work(meter.note)
    except FeedserverError as error:
        failed = error
    except Exception:  # noqa: BLE001 - the last net: logged, and a page that says nothing of the cause
        _log.exception("request %s failed", request_id())
        failed = FeedserverError("Something went wrong on our side.")
    values = {"text": call.language.error(failed), "request_id": request_id()}
    return Page(template="error.html", status=status_of(failed), values=values)


async def _tell(call: Call, task: asyncio.Future[Page], meter: _Meter) -> web.StreamResponse:
    response = await call.begin(content_type=NDJSON, headers=_UNBUFFERED)
    try:
        while not (await asyncio.wait({task}, timeout=BEAT_S))[0]:
            await response.write(_line(done=meter.done, known=meter.known))
        page = task.result()
        body = await call.render(page.template, **page.values)
        await response.write(_line(page=body.decode(), status=page.status))
        await response.write_eof()
    except ConnectionError:
        await asyncio.wait({task})  # whoever asked has left; what they began is brought to its end
    return response


def _line(**values: object) -> bytes:
    return json.dumps(values).encode() + b"\n"


async def _end(task: asyncio.Future[Page]) -> None:
    """Nothing goes on behind an answer that was broken off, as when the server stops."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def send_file(
    call: Call, chunks: AsyncGenerator[bytes, None], *, content_type: str, headers: Headers
) -> web.StreamResponse:
    """All of `chunks` as one file.

    They are gathered on the disk first: a slow reader holds nothing of the database (threat L07), and what goes wrong
    is still answered with a page.
    """
    with TemporaryFile(dir=call.office.upload_dir) as file:
        async with aclosing(chunks):
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
        response = await call.begin(content_type=content_type, length_bytes=file.tell(), headers=headers)
        file.seek(0)
        if call.request.method != "HEAD":
            await _write(response, file)
        return response


async def _write(response: web.StreamResponse, file: BinaryIO) -> None:
    try:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            await response.write(chunk)
        await response.write_eof()
    except ConnectionError:
        _log.info("request %s: its reader left", request_id())
