"""Runs the site so that what never becomes a request is answered like everything else.

aiohttp answers a request it cannot parse by itself, before any handler: with its own headers, and quoting what was
sent. Here such an answer has the headers of group O and says nothing but that it was a bad request (threats A20, O01).
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.web_request import BaseRequest
from multidict import CIMultiDict

from feedserver.web.headers import HeaderPolicy

_TOLD = {400: b"Bad request.\n", 500: b"Something went wrong.\n"}


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
        return _Protocol(self, loop=self._loop, **self._kwargs)


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
        told = HeaderPolicy(is_https=False).answer(status, _TOLD.get(status, b"Refused.\n"))
        response = web.Response(status=status, body=told.body, headers=CIMultiDict(told.headers))
        response.force_close()
        return response
