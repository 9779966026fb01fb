"""Runs the site so that what never reaches a handler is answered like everything else.

aiohttp answers by itself what it cannot parse, what has no path (`OPTIONS *`) and an unknown `Expect`: with its own
headers, and quoting what was sent. Here such an answer has the headers of group O and says nothing but what kind of
request it was (threats A20, O01).
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_request import BaseRequest
from multidict import CIMultiDict

from feedserver.http.headers import HeaderPolicy

MAX_LINE_BYTES = 8190
"""Of a request line."""
MAX_FIELD_BYTES = 8192
"""Of a header with its name. Not as many as of a line: the limit is all that tells which of them was passed."""

_TOLD = {
    400: b"Bad request.\n",
    404: b"Not found.\n",
    414: b"Address too long.\n",
    431: b"Header too long.\n",
    500: b"Something went wrong.\n",
}


class SiteRunner(web.AppRunner):
    """An AppRunner with our own last word; takes what AppRunner takes."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _SiteServer(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            **made._kwargs,  # noqa: SLF001 - aiohttp has no other door to its protocol
        )


class _SiteServer(web.Server):
    def __call__(self) -> web.RequestHandler:
        limits = {"max_line_size": MAX_LINE_BYTES, "max_field_size": MAX_FIELD_BYTES}
        return _Protocol(self, loop=self._loop, **{**self._kwargs, **limits})


class _Protocol(web.RequestHandler):
    __slots__ = ()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Log as aiohttp does, answer as we do; the connection closes."""
        super().handle_error(request, status, exc, message)
        response = _plain(_too_long(exc) if isinstance(exc, LineTooLong) else status)
        response.force_close()
        return response

    def finish_response(
        self, request: BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> Coroutine[Any, Any, tuple[web.StreamResponse, bool]]:
        """Send the answer, ours in place of one of aiohttp's own. Not `async`: every poll passes here."""
        answer = _plain(resp.status) if isinstance(resp, web.HTTPException) else resp
        return super().finish_response(request, answer, start_time)


def _too_long(error: LineTooLong) -> int:
    """What was too long: a token or path (threat U28), or a header, such as one with a huge password (threat B09)."""
    _, limit, _ = error.args
    return 414 if limit == MAX_LINE_BYTES else 431


def _plain(status: int) -> web.Response:
    told = HeaderPolicy(is_https=False).answer(status, _TOLD.get(status, b"Refused.\n"))
    return web.Response(status=status, body=told.body, headers=CIMultiDict(told.headers))
