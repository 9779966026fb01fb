"""The link of a share as a picture that a phone's camera reads."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from feedserver.http.qr import SVG, picture


async def show(call: Call) -> web.StreamResponse:
    """The general link of the share's page."""
    share = await call.services.sharing.find(call.part("id"))
    return call.answer(200, picture(call.services.sharing.links(share)[0].page_url), content_type=SVG)
